import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientTools } from '../test/engines/python-environments.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';

/** How long `import cavia` takes over an empty program, beside modules that everybody has; by turns. */

const isQuick = isQuickRun();
const rounds = isQuick ? 3 : 40;
const own = join(clientTools.programs, 'python');
const python = existsSync(own) ? own : 'python3';
const source = join(import.meta.dirname, '..', 'clients', 'python', 'src');
const programs = { empty: '', cavia: 'import cavia', json: 'import json', 'http.client': 'import http.client' };

const timesMs: Record<string, number[]> = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, program] of Object.entries(programs)) timesMs[name].push(timeOf(program));
}

const emptyMs = median(timesMs['empty']);
conclude(
  'python-import',
  isQuick,
  Object.entries(timesMs).map(([name, times]) => ({
    import: name,
    'median, ms': median(times),
    'over an empty program, ms': median(times) - emptyMs,
    'fastest, ms': Math.min(...times),
  })),
  {
    settings: { rounds, python: execFileSync(python, ['--version'], { encoding: 'utf8' }).trim() },
    verdicts: [
      { what: 'import cavia, over an empty program, ms', measured: median(timesMs['cavia']) - emptyMs, max: 60 },
    ],
    samples: { timesMs },
  },
);

function timeOf(program: string): number {
  const startMs = performance.now();
  execFileSync(python, ['-c', program], { env: { PATH: process.env['PATH'], PYTHONPATH: source } });
  return performance.now() - startMs;
}
