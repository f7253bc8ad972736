import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What must hold: a measured number that may not be larger than a limit. */
export interface Verdict {
  what: string;
  measured: number;
  max: number;
}

export interface Outcome {
  /** Everything that the run was started with, seeds included. */
  settings: Record<string, unknown>;
  verdicts: Verdict[];
  /** Raw samples or their quantiles, with units in the names. */
  samples: Record<string, unknown>;
}

type Row = Record<string, string | number>;

/** Whether the small version was asked for; it writes no record. */
export function isQuickRun(): boolean {
  return parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values.quick;
}

const resultsFolder = join(import.meta.dirname, 'results');
const loadAtStart = loadavg()[0];

/**
 * Ends a benchmark: shows the table and the verdicts, writes the record, and makes the exit code 1 when a limit is
 * broken.
 */
export function conclude(name: string, isQuick: boolean, rows: Row[], { settings, verdicts, samples }: Outcome): void {
  console.log(`\n${alignedTable(rows)}\n`);
  const judged = verdicts.map((verdict) => ({ ...verdict, holds: verdict.measured <= verdict.max }));
  for (const { what, measured, max, holds } of judged) {
    console.log(`${holds ? 'holds ' : 'BROKEN'}  ${what}: ${shown(measured)}, limit ${max}`);
  }
  if (!judged.every(({ holds }) => holds)) process.exitCode = 1;
  if (isQuick) return;
  const record = {
    benchmark: name,
    command: `npm run bench:${name}`,
    date: new Date().toISOString(),
    node: process.version,
    machine: {
      cpu: cpus()[0].model,
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      loadAtStart,
    },
    settings,
    verdicts: judged,
    table: rows,
    samples,
  };
  mkdirSync(resultsFolder, { recursive: true });
  writeFileSync(join(resultsFolder, `${name}.json`), `${JSON.stringify(record, null, 1)}\n`);
}

/** The first column to the left, numbers to the right. */
export function alignedTable(rows: readonly Row[]): string {
  const names = Object.keys(rows[0]);
  const lines = [names, ...rows.map((row) => names.map((name) => shown(row[name] ?? '')))];
  const widths = names.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}

function shown(value: string | number): string {
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 100 ? 2 : 0);
}
