import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundlePackage } from '../../clients/package/bundle.ts';
import { bundleFunctions } from '../../infra/bundle.ts';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import { startElasticMq } from './elastic-mq.ts';
import { javaEnginesMissing } from './engine-process.ts';
import { startMotoServer } from './moto-server.ts';
import { cfnLint, clientLibraries, clientTools, environmentMissing, moto, olderOptuna } from './python-environments.ts';

declare module 'vitest' {
  /** Null on a machine that lacks the engine; in CI a lacking engine fails the run. */
  interface ProvidedContext {
    dynamoDbEndpoint: string | null;
    sqsEndpoint: string | null;
    motoEndpoint: string | null;
    /** The program. */
    cfnLint: string | null;
    /** The folder of the programs that test the Python client. */
    pythonClientTools: string | null;
    /** The folders of the programs of environments with libraries that the Python client works with. */
    pythonLibraries: string | null;
    olderOptuna: string | null;
  }
}

/** The command line as the package has it starts in half the time of the sources. */
const packageFolder = join(import.meta.dirname, '..', '..', '.bundles', 'package');

/** Each is started once, and shared by all tests of a run. */
const engines = [
  {
    key: 'dynamoDbEndpoint',
    suites: 'the DynamoDB contract suite',
    missing: javaEnginesMissing,
    start: startDynamoDbLocal,
  },
  { key: 'sqsEndpoint', suites: 'the SQS contract suite', missing: javaEnginesMissing, start: startElasticMq },
  {
    key: 'motoEndpoint',
    suites: 'the S3 and Batch suites on moto',
    missing: () => environmentMissing(moto),
    start: startMotoServer,
  },
  {
    key: 'cfnLint',
    suites: 'the check of the templates by cfn-lint',
    missing: () => environmentMissing(cfnLint),
    start: found(join(cfnLint.programs, 'cfn-lint')),
  },
  {
    key: 'pythonClientTools',
    suites: 'the tests of the Python client',
    missing: () => environmentMissing(clientTools),
    start: found(clientTools.programs),
  },
  {
    key: 'pythonLibraries',
    suites: 'the tests with Optuna, and of the Python client its recipes and the examples',
    missing: () => environmentMissing(clientLibraries),
    start: found(clientLibraries.programs),
  },
  {
    key: 'olderOptuna',
    suites: 'the tests of the sampler for the older Optuna',
    missing: () => environmentMissing(olderOptuna),
    start: found(olderOptuna.programs),
  },
] as const;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Once, before files of tests that need them run beside each other.
  await Promise.all([bundleFunctions(), bundlePackage(packageFolder)]);
  const running = await Promise.all(
    engines.map(async ({ key, suites, missing, start }) => {
      const lack = missing();
      if (lack !== undefined) leaveOut(suites, lack);
      const engine = lack === undefined ? await start() : undefined;
      project.provide(key, engine?.endpoint ?? null);
      return engine;
    }),
  );
  return async () => {
    await Promise.all(running.map(async (engine) => engine?.stop()));
  };
}

/** What is no server: each test that needs it runs it. */
function found(path: string): () => Promise<{ endpoint: string; stop(): Promise<void> }> {
  return () => Promise.resolve({ endpoint: path, stop: () => Promise.resolve() });
}

function leaveOut(suites: string, lack: string): void {
  if (process.env['CI'] || process.env['CAVIA_REQUIRE_ENGINES']) {
    throw new Error(`${suites} cannot run, because ${lack}`);
  }
  console.log(`left out: ${suites}, because ${lack}; CI does not leave it out`);
}
