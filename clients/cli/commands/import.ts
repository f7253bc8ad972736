import type { Client, EnqueuedTrial, NewStudy, Study } from '../api.ts';
import { closed } from '../after-the-end.ts';
import { command } from '../command.ts';
import { count } from '../count.ts';
import { fromCsv, fromJsonLines } from '../exchange/from-results.ts';
import { readSpaceFile } from '../exchange/import-format.ts';
import type { Imported } from '../exchange/imported.ts';
import { newStudy, studyOptions } from '../new-study.ts';
import { readInput } from '../read-yaml.ts';
import { misused, Refusal } from '../refusal.ts';
import { sayHowToGoOn } from '../say-what-next.ts';
import { stateText } from '../study-text.ts';

const { file: _, ...options } = studyOptions;
/** Few enough for the largest body that the service takes. */
const chunkLength = 50;

export const importStudy = command({
  name: 'import',
  summary: 'Take over a study, a space or results from a file of another program.',
  operands: [
    { name: 'STUDY', about: 'what it is called here; created when it is not there' },
    { name: 'FILE', about: 'the file; - for standard input' },
    { name: 'RANGE', about: 'parameters, where the file does not say them', count: 'many' },
  ],
  options: {
    ...options,
    from: { type: 'string', value: 'NAME', about: 'which study of an Optuna journal that has several' },
  },
  notes: [
    'An Optuna journal brings the study with its trials; a W&B sweep, a Vizier study or a mapping of Optuna',
    'distributions (YAML or JSON) bring the space; CSV and JSON lines, as cavia export writes them, bring results.',
    'Results go into a study that is there, or into a new one that the options describe.',
  ],
  examples: [
    'cavia import digits journal.log',
    'cavia import digits sweep.yaml --trials 60',
    'cavia import digits results.csv',
    "cavia import digits results.csv 'lr=log(1e-5, 1e-1)' --minimize loss",
  ],
  run: async ({ operands: [name, path, ...ranges], options: given, cavia, out }) => {
    const text = readInput(path);
    const described = await newStudy(name, ranges, given);
    const client = await cavia.client();
    const old = await existing(client, name);
    const imported = await readAs(path, () => read(text, path, given.from, { ...described, ...old }));
    const body = { ...imported.study, ...described };
    const study = old ?? (await create(client, body));
    for (const remark of imported.remarks) out.say(remark);
    if (imported.trials.length > 0 && study.state === 'finished')
      throw closed(study, `${study.name} is ${stateText(study)} and takes no more trials.`);
    const { added, duplicates } = await attach(client, study, imported.trials);
    if (out.isJson) out.printJson({ study: study.name, created: old === undefined, trials: added, duplicates });
    out.say(
      `${old ? `${study.name} was there already` : `Created ${study.name}`}; took over ${count(added, 'trial')}${duplicates > 0 ? `, and left out ${duplicates} that it has` : ''}.`,
    );
    out.next(`cavia study show ${study.name}`);
    sayHowToGoOn(study, out);
  },
});

async function existing(client: Client, study: string): Promise<Study | undefined> {
  try {
    return await client.getStudy({ study });
  } catch (error) {
    if ((error as { problem?: { code: string } }).problem?.code === 'study_not_found') return undefined;
    throw error;
  }
}

async function read(
  text: string,
  path: string,
  from: string | undefined,
  target: Partial<Pick<Study, 'space' | 'objectives'>> | Partial<NewStudy>,
): Promise<Imported> {
  const imported = await readSpaceFile(text, path, from);
  if (imported) return imported;
  const isCsv = path.endsWith('.csv') || !text.trimStart().startsWith('{');
  if (!isCsv) return fromJsonLines(text);
  if (target.space === undefined || target.objectives === undefined)
    throw new Error(
      'a table does not say its space: create the study first, or give ranges and --minimize METRIC here',
    );
  return fromCsv(text, { space: target.space, objectives: target.objectives });
}

/** What is wrong with a file is said with its name. */
async function readAs<T>(path: string, reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const sentence = (error as Error).message;
    throw misused(`${path}: ${/[.?]$/.test(sentence) ? sentence : `${sentence}.`}`);
  }
}

async function create(client: Client, body: Partial<NewStudy>): Promise<Study> {
  if (body.space === undefined)
    throw misused('The file does not say the space: create the study first, or give ranges here.');
  if (body.objectives === undefined)
    throw misused('The file does not say an objective: add --minimize METRIC or --maximize METRIC.');
  return client.createStudy({ body: body as NewStudy });
}

async function attach(
  client: Client,
  study: Study,
  trials: readonly EnqueuedTrial[],
): Promise<{ added: number; duplicates: number }> {
  let added = 0;
  let duplicates = 0;
  for (let at = 0; at < trials.length; at += chunkLength) {
    const answer = await client.enqueue({ study: study.id, body: { trials: trials.slice(at, at + chunkLength) } });
    added += answer.trials.length;
    duplicates += answer.duplicates.length;
  }
  return { added, duplicates };
}
