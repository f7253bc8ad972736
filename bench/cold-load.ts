import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleBytesMax, bundleFunctions, bundlesFolder, functionNames } from '../infra/bundle.ts';
import { median } from './quantiles.ts';
import { conclude, isQuickRun } from './record.ts';

/**
 * How long Node takes to load each bundle in a process of its own, over what it takes to run an empty script. In turns,
 * so that what the machine does meanwhile meets all alike.
 */

const isQuick = isQuickRun();
const rounds = isQuick ? 3 : 40;
const environment = {
  PATH: process.env['PATH'],
  AWS_REGION: 'eu-central-1',
  CAVIA_CORE_TABLE: 'core',
  CAVIA_AUX_TABLE: 'aux',
  CAVIA_TRAINING: JSON.stringify({
    url: 'https://example.org',
    bucket: 'bucket',
    queueUrl: 'https://example.org/queue',
    deadLetterUrl: 'https://example.org/dead',
    jobQueue: 'queue',
    jobDefinition: 'definition',
    jobLogGroup: 'logs',
    scheduleGroup: 'group',
    sweepArn: 'sweep',
    sweepRoleArn: 'role',
  }),
};

await bundleFunctions();
const scripts: Record<string, string> = { 'empty script': '0' };
for (const name of functionNames) scripts[name] = `require(${JSON.stringify(fileOf(name))})`;

const timesMs: Record<string, number[]> = Object.fromEntries(Object.keys(scripts).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, script] of Object.entries(scripts)) timesMs[name].push(timeOf(script));
}

const emptyMs = median(timesMs['empty script']);
conclude(
  'cold-load',
  isQuick,
  Object.entries(timesMs).map(([name, times]) => ({
    bundle: name,
    kB: name in bundleBytesMax ? Math.round(bytesOf(name) / 1000) : '',
    'median, ms': median(times),
    'over the empty script, ms': name in bundleBytesMax ? median(times) - emptyMs : '',
    'fastest, ms': Math.min(...times),
  })),
  {
    settings: { rounds },
    verdicts: functionNames.map((name) => ({
      what: `bytes of ${name}`,
      measured: bytesOf(name),
      max: bundleBytesMax[name],
    })),
    samples: { timesMs },
  },
);

function fileOf(name: string): string {
  return join(bundlesFolder, name, 'index.cjs');
}

function bytesOf(name: string): number {
  return statSync(fileOf(name)).size;
}

function timeOf(script: string): number {
  const startMs = performance.now();
  execFileSync(process.execPath, ['-e', script], { env: environment });
  return performance.now() - startMs;
}
