import type { TestProject } from 'vitest/node';
import { dynamoDbLocalMissing, startDynamoDbLocal } from './dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Null on a machine that lacks the engine; in CI a lacking engine fails the run. */
    dynamoDbEndpoint: string | null;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = dynamoDbLocalMissing();
  if (missing !== undefined) {
    leaveOut(missing);
    project.provide('dynamoDbEndpoint', null);
    return undefined;
  }
  const engine = await startDynamoDbLocal();
  project.provide('dynamoDbEndpoint', engine.endpoint);
  return engine.stop;
}

function leaveOut(missing: string): void {
  if (process.env['CI'] || process.env['CAVIA_REQUIRE_ENGINES']) {
    throw new Error(`the DynamoDB contract suite cannot run, because ${missing}`);
  }
  console.log(`left out: the DynamoDB contract suite, because ${missing} (CI runs it)`);
}
