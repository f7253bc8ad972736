import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openBatchRunner } from '../../shared/jobs/batch-runner.ts';
import type { JobRunner } from '../../shared/service/ports/job-runner.ts';
import { endOf, newName, runnerContract, shellOrder } from '../contract/job-runner.ts';
import {
  fakeJobDefinition,
  fakeQueue,
  serverFault,
  startFakeBatch,
  throttled,
  type FakeBatch,
  type Fault,
} from './fake-batch.ts';

runnerContract('a runner on a fake of AWS Batch', async () => {
  const fake = await startFakeBatch();
  return {
    runner: runnerOn(fake),
    extra: { jobDefinition: fakeJobDefinition },
    idVariable: 'AWS_BATCH_JOB_ID',
    stop: fake.stop,
  };
});

const order = { ...shellOrder('', 'exit 0'), jobDefinition: fakeJobDefinition };
const unavailable = expect.objectContaining({ name: 'JobsUnavailable' }) as Error;
const refused = expect.objectContaining({ name: 'JobRefused' }) as Error;

describe('a submission to AWS Batch', () => {
  it.each<[string, Fault, number]>([
    ['is lost', 'lose the request', 0],
    ['has its reply lost', 'lose the reply', 1],
    ['is throttled', throttled, 0],
    ['meets a fault of the service', serverFault, 0],
  ])('that %s is sent once, and a look by name says what became of it', async (_, fault, jobCount) => {
    const { fake, runner } = await newRunner();
    fake.fault = (operation) => (operation === 'SubmitJob' ? fault : undefined);
    const name = newName();
    await expect(runner.submit({ ...order, name })).rejects.toThrow(unavailable);
    expect(fake.requests.map(({ operation }) => operation)).toEqual(['SubmitJob']);
    expect(await runner.findByName(name)).toHaveLength(jobCount);
  });

  it.each([
    ['there is no such definition', { jobDefinition: 'other' }],
    ['it names no definition', { jobDefinition: undefined }],
    ['it is too long', { environment: { LONG: 'x'.repeat(9000) } }],
    ['its environment is reserved', { environment: { AWS_BATCH_JOB_ID: '1' } }],
  ])('is refused for good when %s', async (_, wrong) => {
    const { runner } = await newRunner();
    const { jobDefinition, ...rest } = { ...order, name: newName(), ...wrong };
    await expect(runner.submit(jobDefinition === undefined ? rest : { ...rest, jobDefinition })).rejects.toThrow(
      refused,
    );
    expect(await runner.findByName(rest.name)).toEqual([]);
  });

  it('says what the training needs, and leaves the rest to the definition', async () => {
    const { fake, runner } = await newRunner();
    await runner.submit({ ...order, name: 'a', gpus: 2, vcpus: 4, memoryMiB: 16_000, timeoutSeconds: 7200 });
    await runner.submit({ ...order, name: 'b', timeoutSeconds: 10 });
    expect(fake.requests.map(({ body }) => body)).toMatchObject([
      {
        containerOverrides: {
          resourceRequirements: [
            { type: 'GPU', value: '2' },
            { type: 'VCPU', value: '4' },
            { type: 'MEMORY', value: '16000' },
          ],
        },
        timeout: { attemptDurationSeconds: 7200 },
        retryStrategy: { attempts: 1 },
      },
      { containerOverrides: { resourceRequirements: [] }, timeout: { attemptDurationSeconds: 60 } },
    ]);
  });
});

describe('a look at AWS Batch', () => {
  it('reads all pages, and describes in hundreds', async () => {
    const { fake, runner } = await newRunner();
    fake.isFull = true;
    const name = newName();
    const ids = [];
    for (let i = 0; i < 205; i++) ids.push((await runner.submit({ ...order, name })).id);
    fake.requests.length = 0;
    expect((await runner.findByName(name)).map(({ id }) => id).sort()).toEqual(ids.sort());
    const counts = fake.requests.map(({ operation, body }) => [operation, (body as { jobs?: string[] }).jobs?.length]);
    expect(counts).toEqual([
      ['ListJobs', undefined],
      ['ListJobs', undefined],
      ['ListJobs', undefined],
      ['DescribeJobs', 100],
      ['DescribeJobs', 100],
      ['DescribeJobs', 5],
    ]);
  });

  it('may not see yet what has just been submitted', async () => {
    const { fake, runner } = await newRunner();
    fake.unseenCount = 1;
    const name = newName();
    const { id } = await runner.submit({ ...order, name });
    expect(await runner.findByName(name)).toEqual([]);
    expect(await runner.describe([id])).toEqual(new Map());
    fake.unseenCount = 0;
    expect(await runner.findByName(name)).toMatchObject([{ id }]);
  });

  it('is repeated when it is throttled or lost', async () => {
    const { fake, runner } = await newRunner();
    const { id } = await runner.submit({ ...order, name: newName() });
    const faults: Fault[] = [throttled, 'lose the reply'];
    fake.fault = () => faults.shift();
    expect((await runner.describe([id])).has(id)).toBe(true);
    expect(fake.requests).toHaveLength(4);
  });

  it('that is throttled again and again is unavailable', async () => {
    const { fake, runner } = await newRunner();
    fake.fault = () => throttled;
    await expect(runner.describe(['a'])).rejects.toThrow(unavailable);
    await expect(runner.findByName('a')).rejects.toThrow(unavailable);
    await expect(runner.terminate('a', 'b')).rejects.toThrow(unavailable);
  });

  it('that is not allowed is a fault of the deployment, and comes through as it is', async () => {
    const { fake, runner } = await newRunner();
    fake.fault = () => ({ status: 403, type: 'AccessDeniedException', message: 'User is not authorized' });
    const denied = expect.objectContaining({ name: 'AccessDeniedException' }) as Error;
    await expect(runner.describe(['a'])).rejects.toThrow(denied);
    await expect(runner.terminate('a', 'b')).rejects.toThrow(denied);
  });

  it('that may not submit the job refuses it, since it may be the definition of somebody else', async () => {
    const { fake, runner } = await newRunner();
    fake.fault = () => ({ status: 403, type: 'AccessDeniedException', message: 'User is not authorized' });
    await expect(runner.submit({ ...order, name: newName() })).rejects.toThrow(refused);
  });

  it('tells the end of a job whose machine was taken away', async () => {
    const { fake, runner } = await newRunner();
    const { id } = await runner.submit({ ...order, ...shellOrder(newName(), 'sleep 60') });
    fake.end(id, { statusReason: 'Host EC2 (instance i-0282b396e52b4c95d) terminated.' });
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'spotReclaim' } });
  });
});

describe('a termination on AWS Batch', () => {
  it('ends a job that has not started', async () => {
    const { fake, runner } = await newRunner();
    fake.isFull = true;
    const { id } = await runner.submit({ ...order, name: newName() });
    await runner.terminate(id, 'the study was stopped');
    expect(await endOf(runner, id)).toMatchObject({ end: { kind: 'terminated' }, startedMs: undefined });
  });
});

async function newRunner(): Promise<{ fake: FakeBatch; runner: JobRunner }> {
  const fake = await startFakeBatch();
  const runner = runnerOn(fake);
  onTestFinished(async () => {
    await runner.close();
    await fake.stop();
  });
  return { fake, runner };
}

function runnerOn({ endpoint }: { endpoint: string }): JobRunner {
  const config = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
  };
  return openBatchRunner({ batch: config, logs: new CloudWatchLogsClient(config), queue: fakeQueue });
}
