import { asOption, readOptions } from './command-line.ts';
import { destroyStacks } from './destroy-stacks.ts';
import { NotReady, preparedPlace } from './preflight.ts';
import { runMain } from './run-main.ts';
import { runIn, type Run } from './run-program.ts';
import { SettingsRefused, stageOf } from './settings.ts';
import { stackOutputs } from './stack-outputs.ts';

const usage = `Usage: npm run destroy -- --stage STAGE [--region REGION] [--delete-data STAGE]

Takes a stage away from AWS: the service, its settings, and what trains. The tables and the bucket are kept.

  --stage STAGE         which, such as dev
  --region REGION       such as eu-central-1 (default what aws configure says)
  --delete-data STAGE   the stage again: delete the tables and the bucket too, for good`;

await runMain(usage, async (args) => {
  const {
    stage: givenStage,
    region: givenRegion,
    'delete-data': deleteData,
  } = readOptions(args, ['stage', 'region', 'delete-data']);
  const stage = stageOf(givenStage, asOption);
  if (deleteData !== undefined && deleteData !== stage)
    throw new SettingsRefused(`--delete-data must name the stage again, ${stage}; got ${deleteData}.`);
  const run = runIn(givenRegion);
  const { region } = preparedPlace(run, givenRegion);
  const code = await destroyStacks(stage, ['training', 'service'], region);
  if (code !== 0) return code;
  if (deleteData === undefined) {
    console.log(`The tables and the bucket are kept. To delete them too, for good: add --delete-data ${stage}.`);
    return 0;
  }
  deleteStored(run, stage, region);
  return destroyStacks(stage, ['state'], region);
});

/** Nothing of this can be undone; point-in-time recovery ends with the table. */
function deleteStored(run: Run, stage: string, region: string): void {
  const outputs = stackOutputs(run, `cavia-${stage}-state`, region);
  if (outputs === undefined) throw new NotReady(`There is no cavia-${stage}-state in ${region}, so nothing is stored.`);
  for (const key of ['CoreTableName', 'AuxTableName']) {
    const table = ['--table-name', outputs[key], '--region', region];
    done(run, ['dynamodb', 'update-table', '--no-deletion-protection-enabled', ...table]);
    done(run, ['dynamodb', 'delete-table', ...table]);
  }
  done(run, ['s3', 'rb', `s3://${outputs.BucketName}`, '--force', '--region', region]);
}

function done(run: Run, args: string[]): void {
  const { code, stderr } = run('aws', args);
  if (code !== 0)
    throw new NotReady(`aws ${args.slice(0, 2).join(' ')} failed, and what follows was not done: ${stderr.trim()}`);
}
