import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Problem } from './problems.ts';

/** One study: what its trials were told, in order. */
export interface Run {
  /** Of asking and telling alone. */
  seconds: number;
  told: number[];
  /** Without noise; absent where that is the same. */
  true?: number[];
}

/** All runs of a method on a problem, by seed. */
export interface Results {
  method: string;
  version: string;
  problem: string;
  problemVersion: number;
  runs: Record<string, Run>;
}

const resultsFolder = join(import.meta.dirname, '..', 'results', 'regret');
const digits = 7;

/** The methods that have results, ours among them. */
export function knownMethods(): string[] {
  return existsSync(resultsFolder) ? readdirSync(resultsFolder).sort() : [];
}

/** undefined when there is none, or only one of another version of the problem. */
export function readResults(method: string, { name, version }: Problem): Results | undefined {
  const file = fileOf(method, name);
  if (!existsSync(file)) return undefined;
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  return results.problemVersion === version ? results : undefined;
}

export function writeResults({ runs, ...head }: Results): void {
  const shortRuns = Object.fromEntries(Object.entries(runs).map(([seed, run]) => [seed, shortened(run)]));
  writeRuns(fileOf(head.method, head.problem), head, shortRuns);
}

/** One line a run, so that a later run of one seed changes one line. */
export function writeRuns(file: string, head: object, runs: object): void {
  const heads = Object.entries(head).map(([name, value]) => ` "${name}": ${JSON.stringify(value)}`);
  const lines = Object.entries(runs).map(([name, run]) => `  "${name}": ${JSON.stringify(run)}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `{\n${heads.join(',\n')},\n "runs": {\n${lines.join(',\n')}\n }\n}\n`);
}

/** What the file of a run will say: numbers of few digits, the truth only where it differs. */
function shortened({ seconds, told, true: exact }: Run): Run {
  const isExact = exact === undefined || exact.every((value, i) => value === told[i]);
  return { seconds: Number(seconds.toFixed(2)), told: short(told), ...(isExact ? {} : { true: short(exact) }) };
}

function short(values: readonly number[]): number[] {
  return values.map((value) => Number(value.toPrecision(digits)));
}

function fileOf(method: string, problem: string): string {
  return join(resultsFolder, method, `${problem}.json`);
}
