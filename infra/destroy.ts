import { contextArguments, readCommandLine } from './command-line.ts';
import { NotReady, preparedPlace } from './preflight.ts';
import { runIn, runShown, type Run } from './run-program.ts';
import { readSettings, SettingsRefused } from './settings.ts';

/** `npm run destroy -- --stage dev`: takes away the service and the training, and the data only when told to. */

try {
  process.exitCode = await destroy();
} catch (error) {
  if (!(error instanceof SettingsRefused || error instanceof NotReady)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function destroy(): Promise<number> {
  const { context, region: givenRegion, deleteData } = readCommandLine(process.argv.slice(2));
  const { stage } = readSettings((name) => context[name]);
  if (deleteData !== undefined && deleteData !== stage)
    throw new SettingsRefused(`--delete-data must name the stage again, ${stage}; got ${deleteData}.`);
  const run = runIn(givenRegion);
  const { region } = preparedPlace(run, givenRegion);
  // What is there is found by its name; the image is only there to make the template of the training, which needs keys.
  const all = contextArguments({ trainingImage: 'none', ...context, auth: 'keys' });
  const stacks = ['training', 'service'].map((name) => `cavia-${stage}-${name}`);
  const code = await runShown('cdk', ['destroy', ...stacks, '--force', ...all], region);
  if (code !== 0) return code;
  if (deleteData === undefined) {
    console.log(`The tables and the bucket are kept. To delete them too, for good: add --delete-data ${stage}.`);
    return 0;
  }
  deleteStored(run, stage, region);
  return runShown('cdk', ['destroy', `cavia-${stage}-state`, '--force', ...all], region);
}

/** Nothing of this can be undone; point-in-time recovery ends with the table. */
function deleteStored(run: Run, stage: string, region: string): void {
  const outputOf = (key: string): string =>
    done(run, [
      'cloudformation',
      'describe-stacks',
      `--stack-name=cavia-${stage}-state`,
      `--query=Stacks[0].Outputs[?OutputKey=='${key}'].OutputValue`,
      '--output=text',
      `--region=${region}`,
    ]);
  for (const key of ['CoreTableName', 'AuxTableName']) {
    const table = ['--table-name', outputOf(key), '--region', region];
    done(run, ['dynamodb', 'update-table', '--no-deletion-protection-enabled', ...table]);
    done(run, ['dynamodb', 'delete-table', ...table]);
  }
  done(run, ['s3', 'rb', `s3://${outputOf('BucketName')}`, '--force', '--region', region]);
}

function done(run: Run, args: string[]): string {
  const { code, stdout, stderr } = run('aws', args);
  if (code !== 0)
    throw new NotReady(`aws ${args.slice(0, 2).join(' ')} failed, and what follows was not done: ${stderr.trim()}`);
  return stdout.trim();
}
