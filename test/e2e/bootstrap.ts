import type { Context } from 'aws-lambda';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * What Lambda runs in a sandbox: loads the handler and takes one event after the other from the runtime API. It is given
 * what Lambda gives it, in the environment.
 */

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env as Record<string, string>;
const invocations = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const [file, name] = _HANDLER.split('.');
const { [name]: handler } = createRequire(import.meta.url)(join(LAMBDA_TASK_ROOT, `${file}.cjs`)) as Record<
  string,
  (event: unknown, context: Context) => Promise<unknown>
>;

for (;;) {
  const next = await fetch(`${invocations}/next`);
  const awsRequestId = next.headers.get('lambda-runtime-aws-request-id')!;
  const deadlineMs = Number(next.headers.get('lambda-runtime-deadline-ms'));
  const context = { awsRequestId, getRemainingTimeInMillis: () => deadlineMs - Date.now() } as Context;
  try {
    await post(awsRequestId, 'response', await handler(await next.json(), context));
  } catch (error) {
    const { name: errorType, message: errorMessage } = error as Error;
    await post(awsRequestId, 'error', { errorType, errorMessage });
  }
}

async function post(id: string, kind: 'response' | 'error', body: unknown): Promise<void> {
  await fetch(`${invocations}/${id}/${kind}`, { method: 'POST', body: JSON.stringify(body ?? null) });
}
