import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPatch } from '../../bench/patched-tree.ts';
import { allMutants, simulatedFolders, type Mutant } from './mutations/mutants.ts';

/** Puts each bug into a copy of the tree and simulates that until an invariant breaks; keeps what was found. */

interface Finding {
  mutant: string;
  reason: string;
  /** Null when nothing was found in `seedCountMax` seeds of every scenario. */
  caught: { invariant: string; scenario: string; seed: number; runs: number } | null;
}

const seedCountMax = 200;
const minutesMax = 15;
const resultsFile = join(import.meta.dirname, 'mutations', 'results.json');

/** A bug is looked for where it is likely to show, and last in the scenario that takes as long as all others together. */
const pulling = ['pull-random', 'pull-grid', 'budget-raised', 'pull-deleted'];
const managed = ['managed-random', 'managed-grid', 'managed-stop', 'managed-deleted'];
const crowded = ['pull-100-workers'];

const { values: asked } = parseArgs({
  options: {
    /** Names, by commas; all without it. The results of others are kept. */
    only: { type: 'string' },
    /** Those that have no result yet. */
    new: { type: 'boolean', default: false },
  },
});

const chosen = asked.new ? [] : asked.only?.split(',');
const mutants = allMutants();
const before = new Map(kept().map((finding) => [finding.mutant, finding]));
const findings: Finding[] = [];
for (const mutant of mutants) {
  const known = before.get(mutant.name);
  const finding = chosen?.includes(mutant.name) !== false || !known ? await findingOf(mutant) : known;
  findings.push(finding);
  if (finding !== known) console.log(JSON.stringify({ ...finding, reason: undefined }));
  keep([...findings, ...mutants.slice(findings.length).flatMap(({ name }) => before.get(name) ?? [])]);
}
const caughtCount = findings.filter(({ caught }) => caught).length;
console.log(`${caughtCount} of ${findings.length} mutants are caught`);

function keep(all: readonly Finding[]): void {
  writeFileSync(resultsFile, `${JSON.stringify({ seedCountMax, findings: all }, null, 2)}\n`);
}

function kept(): Finding[] {
  try {
    return (JSON.parse(readFileSync(resultsFile, 'utf8')) as { findings: Finding[] }).findings;
  } catch {
    return [];
  }
}

async function findingOf({ name, reason, patch }: Mutant): Promise<Finding> {
  const output = await withPatch(patch, simulatedFolders, async (copy) => simulated(copy, passesFor(patch)));
  const found = output === '' ? null : (JSON.parse(output) as NonNullable<Finding['caught']>);
  const caught = found && { invariant: found.invariant, scenario: found.scenario, seed: found.seed, runs: found.runs };
  return { mutant: name, reason, caught };
}

function passesFor(patch: string): string[][] {
  const isOfTraining = /^\+\+\+ .*(service\/training|job-store)/m.test(readFileSync(patch, 'utf8'));
  return isOfTraining ? [managed, pulling, crowded] : [pulling, managed, crowded];
}

/** @returns what was found, as the command line says it; nothing when nothing was. */
function simulated(tree: string, passes: readonly string[][]): string {
  for (const scenarios of passes) {
    const command = [join(tree, 'test/simulation/main.ts'), '--json', '--scenario', scenarios.join(',')];
    const { stdout, stderr, status } = spawnSync(process.execPath, [...command, '--seeds', `0:${seedCountMax}`], {
      cwd: tree,
      encoding: 'utf8',
      timeout: minutesMax * 60_000,
    });
    if (status !== 0 && stdout === '') throw new Error(`the simulation itself failed: ${stderr.slice(-2_000)}`);
    if (stdout !== '') return stdout.trim();
  }
  return '';
}
