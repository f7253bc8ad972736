import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePackage } from '../clients/package/bundle.ts';
import { openLocal } from '../local/index.ts';
import { median, quantile } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';

/** How long the command line takes to its first output, as the package has it and from the sources. */

const firstOutputMsMax = 100;

const isQuick = isQuickRun();
const rounds = isQuick ? 5 : 40;
const folder = mkdtempSync(join(tmpdir(), 'cavia-start-'));
const sources = join(import.meta.dirname, '..', 'bin', 'cavia.js');
const bundle = join(folder, 'bin', 'cavia.js');
cpSync(sources, bundle);
writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
await bundlePackage(join(folder, 'dist'));
const cavia = await openLocal({ data: join(folder, 'data') });

const subjects = {
  'node -e, nothing': ['-e', 'console.log(1)'],
  'cavia --help': [bundle, '--help'],
  'cavia study list': [bundle, 'study', 'list', '--json'],
  'cavia --help, from sources': [sources, '--help'],
  'cavia study list, from sources': [sources, 'study', 'list', '--json'],
};

const samples: Record<string, number[]> = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
for (let round = 0; round < rounds; round++)
  for (const [name, args] of Object.entries(subjects)) samples[name].push(await firstOutputMs(args));
await cavia.close();
rmSync(folder, { recursive: true });

const quietest = (name: keyof typeof subjects): number => quantile(samples[name], 1 / rounds);
conclude(
  'cli-start',
  isQuick,
  Object.entries(samples).map(([name, times]) => ({
    command: name,
    'median ms': median(times),
    'quietest ms': quantile(times, 1 / rounds),
  })),
  {
    settings: { rounds },
    verdicts: (['cavia --help', 'cavia study list'] as const).map((name) => ({
      what: `ms to the first output of ${name}, the quietest`,
      measured: quietest(name),
      max: firstOutputMsMax,
    })),
    samples: { firstOutputMs: samples },
  },
);

async function firstOutputMs(args: readonly string[]): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, CAVIA_URL: cavia.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  const tookMs = performance.now() - startMs;
  child.stdout.resume();
  await closed;
  return tookMs;
}
