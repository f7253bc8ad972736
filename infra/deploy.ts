import { readFileSync } from 'node:fs';
import { asOption, contextArguments, readDeployLine } from './command-line.ts';
import { planDeployment, type Outputs } from './deployment-plan.ts';
import { destroyStacks } from './destroy-stacks.ts';
import { assertGpuCapacity, preparedPlace } from './preflight.ts';
import { runMain } from './run-main.ts';
import { runIn, runShown } from './run-program.ts';
import { givenSettings, settingDefaults, stageOf } from './settings.ts';
import { stackOutputs } from './stack-outputs.ts';

const usage = `Usage: npm run deploy -- --stage STAGE [--region REGION] [options]

Deploys Cavia to AWS, or changes a stage that is there: what is not given stays as it is.

  --stage STAGE            part of every name, such as dev
  --region REGION          such as eu-central-1 (default what aws configure says)
  --auth KIND              keys, or iam for signatures of AWS (default ${settingDefaults.auth})
  --ask-concurrency N      reserved for the routes that use the model, or ${settingDefaults.askConcurrency} (the default)
  --alarm-email ADDRESS    who is told of alarms, or ${settingDefaults.alarmEmail} (the default)
  --dashboard on|off       a page of CloudWatch (default ${settingDefaults.dashboard})
  --tracing on|off         X-Ray (default ${settingDefaults.tracing})
  --training-image IMAGE   deploy also what trains it: AWS Batch with GPUs on spot
  --instance-types TYPES   on which (default ${settingDefaults.instanceTypes})
  --training-vcpus N       how many vCPUs at once (default ${settingDefaults.trainingVcpus})
  --no-training            take away what trains

docs/deploy.md says more. npm run destroy takes a stage away.`;

const outputsFile = 'cdk.out/outputs.json';

await runMain(usage, async (args) => {
  const { stage: givenStage, region: givenRegion, given } = readDeployLine(args);
  const stage = stageOf(givenStage, asOption);
  const run = runIn(givenRegion);
  const { account, region } = preparedPlace(run, givenRegion);
  const outputsOf = (stack: string): Outputs => stackOutputs(run, `cavia-${stage}-${stack}`, region);
  const { settings, said } = planDeployment(stage, given, outputsOf);
  if (settings.training) assertGpuCapacity(run, region, settings.training);
  console.log(`Deploying stage ${stage} to account ${account}, ${region}. ${said}`);
  const options = ['--all', '--require-approval', 'never', '--outputs-file', outputsFile];
  const context = contextArguments(stage, givenSettings(settings));
  const code = await runShown('cdk', ['deploy', ...options, ...context], region);
  if (code !== 0) return code;
  console.log(summary(stage));
  // Not before the service has let go of it, and not unless it was said.
  const isLeft = given.trainingImage === 'none' && outputsOf('training') !== undefined;
  return isLeft ? destroyStacks(stage, ['training'], region) : 0;
});

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
