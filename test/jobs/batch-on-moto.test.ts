import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeJobsCommand,
  RegisterJobDefinitionCommand,
} from '@aws-sdk/client-batch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openBatchRunner } from '../../shared/jobs/batch-runner.ts';
import type { JobRunner } from '../../shared/service/ports/job-runner.ts';
import { newName, shellOrder } from '../contract/job-runner.ts';

const endpoint = inject('motoEndpoint');
const role = 'arn:aws:iam::123456789012:role/batch';

/**
 * A reading of the Batch API by others than us. Here moto runs nothing: without Docker its jobs succeed at once. So it
 * cannot serve the contract suite, which a fake of ours does.
 */
describe.skipIf(endpoint === null)('AWS Batch as moto has it', () => {
  const config = {
    endpoint: endpoint!,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
  };
  let client: BatchClient;
  let runner: JobRunner;
  beforeAll(async () => {
    client = new BatchClient(config);
    await makeBatch(client);
    runner = openBatchRunner({ batch: config, logs: new CloudWatchLogsClient(config), queue: 'gpu-queue' });
  });
  afterAll(async () => {
    await runner.close();
    client.destroy();
  });

  it('takes a job with its command, environment and timeout', async () => {
    const order = { ...shellOrder(newName(), 'exit 0'), environment: { A: 'b' }, timeoutSeconds: 7200 };
    const { id } = await runner.submit({ ...order, gpus: 1, vcpus: 4, memoryMiB: 16_000, jobDefinition: 'cavia-gpu' });
    const { jobs } = await client.send(new DescribeJobsCommand({ jobs: [id] }));
    expect(jobs).toMatchObject([
      {
        jobName: order.name,
        timeout: { attemptDurationSeconds: 7200 },
        container: {
          command: ['sh', '-c', 'exit 0'],
          environment: expect.arrayContaining([{ name: 'A', value: 'b' }]) as object[],
        },
      },
    ]);
  });

  it('finds a job that has ended by its name, in no other case and by no beginning of it', async () => {
    const name = newName();
    const order = { ...shellOrder(name, 'exit 0'), jobDefinition: 'cavia-gpu' };
    const { id } = await runner.submit(order);
    await runner.submit({ ...order, name: name.toUpperCase() });
    await runner.submit({ ...order, name: `${name}-1` });
    expect(await runner.findByName(name)).toMatchObject([
      { id, name, state: 'ended', end: { kind: 'succeeded', exitCode: 0 } },
    ]);
    expect([...(await runner.describe([id, 'unknown'])).keys()]).toEqual([id]);
  });

  it('terminates nothing that has ended or is not known', async () => {
    const { id } = await runner.submit({ ...shellOrder(newName(), 'exit 0'), jobDefinition: 'cavia-gpu' });
    await runner.terminate(id, 'too late');
    await runner.terminate('unknown', 'by mistake');
    expect((await runner.describe([id])).get(id)).toMatchObject({ end: { kind: 'succeeded' } });
  });

  it('refuses a job of no definition', async () => {
    const order = { ...shellOrder(newName(), 'exit 0'), jobDefinition: 'missing' };
    await expect(runner.submit(order)).rejects.toThrow(expect.objectContaining({ name: 'JobRefused' }) as Error);
  });
});

async function makeBatch(client: BatchClient): Promise<void> {
  await fetch(`${endpoint!}/moto-api/config`, { method: 'POST', body: '{"batch":{"use_docker":false}}' });
  await fetch(endpoint!, {
    method: 'POST',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'Action=CreateRole&RoleName=batch&AssumeRolePolicyDocument=%7B%7D&Version=2010-05-08',
  });
  const computeEnvironment = await client.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'gpu-environment',
      type: 'UNMANAGED',
      serviceRole: role,
    }),
  );
  await client.send(
    new CreateJobQueueCommand({
      jobQueueName: 'gpu-queue',
      state: 'ENABLED',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: computeEnvironment.computeEnvironmentArn }],
    }),
  );
  await client.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: 'cavia-gpu',
      type: 'container',
      containerProperties: { image: 'example', vcpus: 1, memory: 512 },
    }),
  );
}
