import type { Engine } from './engine.ts';
import type { Problem, Problems } from './problems.ts';
import type { Run } from './results.ts';

export const trialCount = 60;
/** So that one study is asked while the other is evaluated. */
const atOnce = 2;

/** Runs the engine on each problem with each seed; shows how far it is. By problem, then by seed. */
export async function ownRuns(
  engine: Engine,
  problems: Problems,
  chosen: readonly Problem[],
  seeds: readonly number[],
): Promise<Map<string, Record<string, Run>>> {
  const found = new Map<string, Record<string, Run>>(chosen.map(({ name }) => [name, {}]));
  const waiting = chosen.flatMap((problem) => seeds.map((seed) => ({ problem, seed })));
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { problem, seed } = next;
      const runs = found.get(problem.name)!;
      runs[seed] = await ownRun(engine, problems, problem, seed);
      if (Object.keys(runs).length < seeds.length) continue;
      process.stderr.write(`${++done} of ${chosen.length}: ${problem.name}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found;
}

/** One trial at a time. */
export async function ownRun(
  engine: Engine,
  problems: Problems,
  { name, parameters }: Problem,
  seed: number,
  count = trialCount,
): Promise<Run> {
  const study = engine.start(parameters, seed);
  const run: Required<Run> = { seconds: 0, told: [], true: [] };
  for (let number = 0; number < count; number++) {
    const startedMs = performance.now();
    const params = study.ask(number);
    run.seconds += (performance.now() - startedMs) / 1000;
    const [told, exact] = await problems.evaluate(name, params, seed, number);
    run.told.push(told);
    run.true.push(exact);
    study.tell(params, told);
  }
  return run;
}
