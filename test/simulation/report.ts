import type { Run } from './run.ts';

/** What somebody needs who is to find out why a run broke an invariant. */
export function reportOf({ seed, scenario, violation, lastLines }: Run): string {
  return [
    `${violation!.invariant} is broken in ${scenario} with seed ${seed}: ${violation!.what}`,
    '',
    ...lastLines,
    '',
    `npm run test:sim -- --seed ${seed} --scenario ${scenario}`,
  ].join('\n');
}
