import { createClient } from '../../shared/api/client.ts';
import { paramsKey } from '../../shared/domain/params.ts';
import type { SearchSpace } from '../../shared/domain/search-space.ts';
import { conclude, isQuickRun } from '../record.ts';
import { openLocal } from '../../local/index.ts';
import { withDataFolder } from '../server-process.ts';
import { openEngine } from './engine.ts';
import { openProblems, type Problem } from './problems.ts';

/**
 * Whether the service suggests what the engine does: the same studies in process and through HTTP to a server on
 * SQLite, trial by trial. So what is measured of the engine in process holds for the service.
 */

const isQuick = isQuickRun();
const names = isQuick
  ? ['branin', 'switches']
  : ['branin', 'hartmann6', 'valley', 'momentum', 'switches', 'layers', 'hpobench_car', 'nasbench201_cifar10'];
const seeds = isQuick ? [0] : [0, 1];
const trialCount = isQuick ? 20 : 60;

const problems = await openProblems();
const engine = await openEngine();
const chosen = problems.listed.filter(({ name }) => names.includes(name));
const rows = await withDataFolder(async (data) => {
  const server = await openLocal({ data });
  const client = createClient(server.url);
  const found: Record<string, string | number>[] = [];
  for (const problem of chosen) {
    const differences: number[] = [];
    for (const seed of seeds) differences.push(await differencesOf(client, problem, seed));
    found.push({
      problem: problem.name,
      studies: seeds.length,
      trials: seeds.length * trialCount,
      different: differences.reduce((sum, count) => sum + count, 0),
    });
  }
  await server.close();
  return found;
});
problems.close();
conclude('regret-http', isQuick, rows, {
  settings: { seeds, trialCount, problems: names, engine: engine.version },
  verdicts: [
    {
      what: 'trials with other params through HTTP than in process',
      measured: rows.reduce((sum, { different }) => sum + Number(different), 0),
      max: 0,
    },
  ],
  samples: {},
});

/** How many trials differ; each of the two studies goes by its own. */
async function differencesOf(
  client: ReturnType<typeof createClient>,
  { name, parameters }: Problem,
  seed: number,
): Promise<number> {
  const study = `${name}-${seed}`;
  await client.createStudy({
    body: {
      name: study,
      space: parameters as SearchSpace,
      objectives: [{ metric: 'loss', direction: 'minimize' }],
      sampler: { kind: 'gp' },
      seed,
    },
  });
  const inProcess = engine.start(parameters, seed);
  let different = 0;
  for (let number = 0; number < trialCount; number++) {
    const { trials } = await client.ask({ study, body: {} });
    const params = inProcess.ask(number);
    if (paramsKey(trials[0].params) !== paramsKey(params)) different++;
    const [loss] = await problems.evaluate(name, trials[0].params, seed, number);
    await client.tell({ study, number: trials[0].number, body: { attempt: trials[0].attempt, values: { loss } } });
    inProcess.tell(params, (await problems.evaluate(name, params, seed, number))[0]);
  }
  return different;
}
