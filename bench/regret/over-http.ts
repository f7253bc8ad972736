import { createClient } from '../../shared/api/client.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import { paramsKey } from '../../shared/domain/params.ts';
import type { SearchSpace } from '../../shared/domain/search-space.ts';
import { conclude, isQuickRun } from '../record.ts';
import { openLocal } from '../../local/index.ts';
import { withDataFolder } from '../server-process.ts';
import { openEngine } from './engine.ts';
import { openProblems, type Problem } from './problems.ts';

/**
 * Whether the service suggests what the engine does: the same studies in process and through HTTP to a server on
 * SQLite, one trial at a time and in batches. So what is measured of the engine in process holds for the service.
 */

const isQuick = isQuickRun();
const names = isQuick
  ? ['branin', 'switches']
  : [
      'branin',
      'hartmann6',
      'valley',
      'momentum',
      'switches',
      'layers',
      'hpobench_car',
      'hpolib_slice_localization',
      'nasbench201_cifar10',
      'svm_digits',
    ];
const seeds = isQuick ? [0] : [0, 1];
const trialCount = isQuick ? 16 : 64;
/** How many are asked for at once, and told before the next ones. */
const batchSizes = [1, 8];

const problems = await openProblems();
const engine = await openEngine();
const chosen = problems.listed.filter(({ name }) => names.includes(name));
const rows = await withDataFolder(async (data) => {
  const server = await openLocal({ data });
  const client = createClient(server.url);
  const found: Record<string, string | number>[] = [];
  const batched = chosen.flatMap((problem) => batchSizes.map((batchSize) => ({ problem, batchSize })));
  for (const { problem, batchSize } of batched) {
    const differences: number[] = [];
    for (const seed of seeds) differences.push(await differencesOf(client, problem, seed, batchSize));
    found.push({
      problem: problem.name,
      'at once': batchSize,
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
  settings: { seeds, trialCount, batchSizes, problems: names, engine: engine.version },
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
  batchSize: number,
): Promise<number> {
  const study = `${name}-${seed}-${batchSize}`;
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
  for (let first = 0; first < trialCount; first += batchSize) {
    const { trials } = await client.ask({ study, body: { count: batchSize } });
    const pending = new Map<number, Params>();
    for (const { number } of trials) pending.set(number, inProcess.ask(number, new Map(pending)));
    for (const { number, attempt, params } of trials) {
      const own = pending.get(number)!;
      if (paramsKey(params) !== paramsKey(own)) different++;
      const [loss] = await problems.evaluate(name, params, seed, number);
      await client.tell({ study, number, body: { attempt, values: { loss } } });
      inProcess.tell(own, (await problems.evaluate(name, own, seed, number))[0]);
    }
  }
  return different;
}
