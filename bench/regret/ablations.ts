import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPatch } from '../patched-tree.ts';
import { conclude } from '../record.ts';
import { counts, methodOf, pairingOf, type Method } from './comparison.ts';
import { openEngine } from './engine.ts';
import { ownRuns } from './own-runs.ts';
import { openProblems } from './problems.ts';
import { shown } from './report.ts';
import { meanOf } from './statistics.ts';

/**
 * What each choice of the engine is worth: the engine with one choice taken back, against the engine. A choice is taken
 * back by a patch, applied to a copy of the tree, so that the product has no switches for it.
 */

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** Names of patches, by commas; all without it. */
    patches: { type: 'string' },
    split: { type: 'string', default: 'dev' },
    seeds: { type: 'string', default: '8' },
  },
});
const tree = join(import.meta.dirname, '..', '..');
const patches = globSync(join(import.meta.dirname, 'ablations', '*.patch'))
  .sort()
  .filter((file) => asked.patches === undefined || asked.patches.split(',').includes(basename(file, '.patch')))
  .slice(0, asked.quick ? 1 : undefined);
const seeds = Array.from({ length: asked.quick ? 1 : Number(asked.seeds) }, (_, seed) => seed);

const problems = await openProblems();
const chosen = problems.listed.filter(({ split }) => split === asked.split).slice(0, asked.quick ? 2 : undefined);
const whole = await methodIn(tree, 'cavia');
const rows: Record<string, string | number>[] = [];
for (const patch of patches) {
  const name = basename(patch, '.patch');
  const pairing = pairingOf(await withPatch(patch, ['shared'], async (copy) => methodIn(copy, name)), whole, chosen)!;
  rows.push({
    change: name,
    studies: pairing.pairs,
    ...Object.fromEntries(counts.map((count, i) => [`@${count}`, shown(pairing.differences[i])])),
    'ms a trial': pairing.own.milliseconds,
  });
  console.log(rows.at(-1));
}
problems.close();
conclude('regret-ablations', asked.quick || asked.patches !== undefined, rows, {
  settings: { split: asked.split, problems: chosen.length, seeds, engine: whole.version },
  verdicts: [],
  samples: {
    wholeMeans: counts.map((count) =>
      meanOf([...whole.curves.values()].map((curves) => [...curves.values()].map((curve) => curve[count - 1]))),
    ),
  },
});

async function methodIn(root: string, name: string): Promise<Method> {
  const engine = await openEngine(root);
  return methodOf(name, engine.version, await ownRuns(engine, problems, chosen, seeds), chosen, seeds);
}
