import { readFileSync } from 'node:fs';
import { contextArguments, readCommandLine } from './command-line.ts';
import { assertGpuCapacity, NotReady, preparedPlace } from './preflight.ts';
import { runIn, runShown } from './run-program.ts';
import { readSettings, SettingsRefused } from './settings.ts';

/** `npm run deploy -- --stage dev`: looks whether everything is there, deploys, and says how to go on. */

const outputsFile = 'cdk.out/outputs.json';

try {
  process.exitCode = await deploy();
} catch (error) {
  if (!(error instanceof SettingsRefused || error instanceof NotReady)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function deploy(): Promise<number> {
  const { context, region: givenRegion } = readCommandLine(process.argv.slice(2));
  const settings = readSettings((name) => context[name]);
  const run = runIn(givenRegion);
  const place = preparedPlace(run, givenRegion);
  if (settings.training) assertGpuCapacity(run, place, settings.training);
  console.log(`Deploying stage ${settings.stage} to account ${place.account}, ${place.region}.`);
  const options = ['--all', '--require-approval', 'never', '--outputs-file', outputsFile];
  const code = await runShown('cdk', ['deploy', ...options, ...contextArguments(context)], place.region);
  if (code === 0) console.log(summary(settings.stage));
  return code;
}

function summary(stage: string): string {
  const outputs = JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Record<string, string>>;
  const { Url, FirstKeyCommand } = outputs[`cavia-${stage}-service`];
  const { BucketName } = outputs[`cavia-${stage}-state`];
  const training = outputs[`cavia-${stage}-training`];
  return [
    '',
    `Cavia is at ${Url}`,
    ...(FirstKeyCommand ? [`The first API key: ${FirstKeyCommand}`] : []),
    `Results and checkpoints: s3://${BucketName}`,
    ...(training ? [`Training: Batch queue ${training.JobQueue}, trial queue ${training.TrialQueueUrl}`] : []),
    `While nobody calls it costs what it stores${training ? ', and looking into the trial queue ($0.26 a month beyond what an account has for nothing)' : ''}.`,
  ].join('\n');
}
