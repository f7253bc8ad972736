import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import type { Context, EventBridgeEvent, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createClient, type Client } from '../../shared/api/client.ts';
import { firstTenant } from '../../shared/service/call.ts';
import { jobName } from '../../shared/domain/job-name.ts';
import type { StudyName } from '../../shared/service/ports/training.ts';
import { batchEvent } from '../jobs/batch-event.ts';
import { openFunctions, type FunctionsService } from './open-functions.ts';
import { startTrainingEngines, type TrainingEngines } from './training-engines.ts';

const dynamoDbEndpoint = inject('dynamoDbEndpoint');
const sqsEndpoint = inject('sqsEndpoint');
const motoEndpoint = inject('motoEndpoint');
const isComplete = dynamoDbEndpoint !== null && sqsEndpoint !== null && motoEndpoint !== null;
const context = { awsRequestId: 'aws-request-id' } as Context;
const patience = { claimMs: 60_000, resendMs: 60_000, graceMs: 60_000, missingMs: 600_000 };
const silently = { tenant: firstTenant, study: '01zzzzzzzzzzzzzzzzzzzzzzzz' };

describe.skipIf(!isComplete)('the functions of managed studies', () => {
  let engines: TrainingEngines;
  let service: FunctionsService;
  let client: Client;
  let dispatch: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
  let onJobEvent: (event: EventBridgeEvent<string, unknown>, context: Context) => Promise<void>;
  let sweep: (event: StudyName, context: Context) => Promise<void>;
  const ended: object[] = [];

  beforeAll(async () => {
    engines = await startTrainingEngines({
      sqsEndpoint: sqsEndpoint!,
      motoEndpoint: motoEndpoint!,
      visibilitySeconds: 30,
      receiveCountMax: 5,
      patience,
    });
    engines.batch.onEnded = (detail) => ended.push(structuredClone(detail));
    for (const [name, value] of Object.entries(engines.environment('http://127.0.0.1:1'))) vi.stubEnv(name, value);
    service = await openFunctions(dynamoDbEndpoint!, 'functionstraining');
    const [{ handler: makeKey }, dispatchTrials, jobEvent, sweeping] = await Promise.all([
      import('../../functions/make-key.ts'),
      import('../../functions/dispatch-trials.ts'),
      import('../../functions/on-job-event.ts'),
      import('../../functions/sweep.ts'),
    ]);
    dispatch = dispatchTrials.handler;
    onJobEvent = jobEvent.handler;
    sweep = sweeping.handler;
    client = createClient(service.url, { apiKey: (await makeKey(null, context)).key!, retries: 0 });
  });

  afterAll(async () => {
    await service.close();
    await engines.stop();
  });

  async function create(name: string, script: string, trials = 1): Promise<StudyName> {
    const { id } = await client.createStudy({
      body: {
        name,
        space: { x: { type: 'float', low: 0, high: 1 } },
        objectives: [{ metric: 'loss', direction: 'minimize' }],
        sampler: { kind: 'random' },
        budget: { trials, parallel: trials },
        training: { runner: 'batch', command: ['sh', '-c', script, 'sh', '{x}'] },
      },
    });
    return { tenant: firstTenant, study: id };
  }

  /** What is in the queue now, as Lambda hands it over. */
  async function received(): Promise<SQSEvent> {
    const { Messages = [] } = await engines.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: engines.queueUrl, MaxNumberOfMessages: 10 }),
    );
    return { Records: Messages.map(({ MessageId, Body }) => recordOf(MessageId!, Body!)) };
  }

  async function schedules(): Promise<string[]> {
    const { Schedules = [] } = await engines.scheduler.send(
      new ListSchedulesCommand({ GroupName: engines.scheduleGroup }),
    );
    return Schedules.map(({ Name }) => Name!);
  }

  const nameOf = ({ tenant, study }: StudyName): string => `${tenant}-${study}`;

  it('start what is queued, hear of its end, and end the sweeps with the study', async () => {
    const study = await create('whole', 'echo \'{"values": {"loss": \'"$1"\'}}\'');
    expect(await schedules()).toContain(nameOf(study));
    // The message of the creation has it swept, which queues a trial and sends its message.
    expect(await dispatch(await received(), context)).toEqual({ batchItemFailures: [] });
    expect((await client.getTrial({ study: 'whole', number: '0' })).job).toMatchObject({ phase: 'queued' });
    expect(await dispatch(await received(), context)).toEqual({ batchItemFailures: [] });
    await expect.poll(() => ended.length, { timeout: 30_000 }).toBe(1);
    const event = batchEvent(ended.splice(0)[0]) as unknown as EventBridgeEvent<string, unknown>;
    // Twice at once, and late again.
    await Promise.all([onJobEvent(event, context), onJobEvent(event, context)]);
    await onJobEvent(event, context);
    const { state, params, values } = await client.getTrial({ study: 'whole', number: '0' });
    expect([state, values]).toEqual(['complete', { loss: params.x }]);
    expect((await client.getStudy({ study: 'whole' })).state).toBe('finished');
    expect(await schedules()).not.toContain(nameOf(study));
  });

  it('sweep a study to its end when every message and every event is lost', async () => {
    const study = await create('swept', 'echo \'{"values": {"loss": 1}}\'', 2);
    await received();
    await sweep(study, context);
    // The dispatch of a trial is what a sweep has sent; it is the hint that is carried over here.
    expect(await dispatch(await received(), context)).toEqual({ batchItemFailures: [] });
    await expect.poll(() => ended.length, { timeout: 30_000 }).toBe(2);
    ended.splice(0);
    await sweep(study, context);
    await sweep(study, context);
    expect((await client.getStudy({ study: 'swept' })).state).toBe('finished');
    expect(await schedules()).not.toContain(nameOf(study));
    expect(service.faults).toEqual([]);
  });

  it('try a trial again whose program failed', async () => {
    await create('misspelt', 'exit 3');
    await dispatch(await received(), context);
    await dispatch(await received(), context);
    await expect.poll(() => ended.length, { timeout: 30_000 }).toBe(1);
    await onJobEvent(batchEvent(ended.splice(0)[0]) as never, context);
    const trial = await client.getTrial({ study: 'misspelt', number: '0' });
    expect(trial).toMatchObject({ attempt: 2, failures: 1, job: { phase: 'queued' } });
    await client.deleteStudy({ study: 'misspelt' });
    await received();
  });

  it('show the log of a job, and end the jobs of a study that is deleted', async () => {
    await create('long', 'echo begun; sleep 60');
    await dispatch(await received(), context);
    await dispatch(await received(), context);
    const { job } = await client.getTrial({ study: 'long', number: '0' });
    expect(await client.trialLog({ study: 'long', number: '0' })).toMatchObject({ jobId: job!.id, attempt: 1 });
    await client.deleteStudy({ study: 'long' });
    await expect
      .poll(() => ended.splice(0), { timeout: 30_000 })
      .toMatchObject([{ status: 'FAILED', isTerminated: true }]);
  });

  it('name the messages that failed, and no others', async () => {
    const lost = recordOf('lost', JSON.stringify({ kind: 'dispatch', ...silently, trial: 0, attempt: 1 }));
    const hostile = [
      '',
      'no json',
      'null',
      '[]',
      '{}',
      '{"kind": "delete"}',
      JSON.stringify({ kind: 'sweep', ...silently, more: 1 }),
      JSON.stringify({ kind: 'dispatch', ...silently, trial: 0.5, attempt: 1 }),
      '{"__proto__": {"kind": "sweep"}}',
      `"${'a'.repeat(10_000)}"`,
    ].map((body, i) => recordOf(`hostile ${i}`, body));
    const { batchItemFailures } = await dispatch({ Records: [lost, ...hostile, lost] }, context);
    expect(batchItemFailures).toEqual(hostile.map(({ messageId }) => ({ itemIdentifier: messageId })));
    expect(service.faults.splice(0)).toHaveLength(hostile.length);
  });

  it('take an event of no messages', async () => {
    expect(await dispatch({ Records: [] }, context)).toEqual({ batchItemFailures: [] });
  });

  it('take no notice of jobs that are not theirs, or not at an end', async () => {
    const detail = { jobId: 'id', jobName: 'somebody-elses', status: 'FAILED', jobQueue: 'q', jobDefinition: 'd' };
    const unknown = jobName({ ...silently, trial: 0, attempt: 1 });
    for (const changed of [
      {},
      { jobName: unknown },
      { jobName: unknown, status: 'SUCCEEDED' },
      { status: 'RUNNABLE' },
    ]) {
      expect(await onJobEvent(batchEvent({ ...detail, ...changed }) as never, context)).toBeUndefined();
    }
    // What Batch may add some day.
    const more = { ...batchEvent({ ...detail, container: { gpuCount: 1 }, eksAttempts: [] }), more: true };
    expect(await onJobEvent(more as never, context)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['nothing', {}],
    ['another kind', { ...batchEvent({ jobId: 'i', jobName: 'n', status: 'FAILED' }), 'detail-type': 'Other' }],
    ['another source', { ...batchEvent({ jobId: 'i', jobName: 'n', status: 'FAILED' }), source: 'me' }],
    ['no job', batchEvent({ jobName: 'n', status: 'FAILED' })],
    ['no name', batchEvent({ jobId: 'i', status: 'FAILED' })],
    ['an unheard-of status', batchEvent({ jobId: 'i', jobName: 'n', status: 'DONE' })],
    ['times that are texts', batchEvent({ jobId: 'i', jobName: 'n', status: 'FAILED', stoppedAt: 'now' })],
  ])('refuse an event of %s, to be put aside', async (_, event) => {
    const refusal = expect.objectContaining({ name: 'ZodError' }) as Error;
    await expect(onJobEvent(event as never, context)).rejects.toThrow(refusal);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['nothing', {}],
    ['no tenant', { study: silently.study }],
    ['a study that is none', { tenant: firstTenant, study: '../other' }],
    ['more than a study', { ...silently, all: true }],
  ])('refuse to sweep %s', async (_, event) => {
    const refusal = expect.objectContaining({ name: 'ZodError' }) as Error;
    await expect(sweep(event as never, context)).rejects.toThrow(refusal);
  });

  it('end the sweeps of a study that is gone', async () => {
    const study = await create('gone', 'exit 0');
    await client.deleteStudy({ study: 'gone' });
    expect(await schedules()).toContain(nameOf(study));
    // The first removes what is left of it, the second finds nothing.
    await sweep(study, context);
    expect(await service.stored()).not.toContain(`S#${study.study}`);
    await sweep(study, context);
    expect(await schedules()).not.toContain(nameOf(study));
    await dispatch(await received(), context);
  });

  it('have had no fault', async () => {
    expect(service.faults).toEqual([]);
    const { Attributes } = await engines.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: engines.deadLetterUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes!.ApproximateNumberOfMessages).toBe('0');
  });
});

describe('a function of managed studies', () => {
  it('does not start without its settings, or with wrong ones', async () => {
    const { wireTrainer } = await import('../../functions/wire-trainer.ts');
    vi.stubEnv('CAVIA_TRAINING', '');
    expect(() => wireTrainer()).toThrow('CAVIA_TRAINING must say what trains; it is not set.');
    vi.stubEnv('CAVIA_TRAINING', '{"url": "https://example.org"}');
    expect(() => wireTrainer()).toThrow('queueUrl');
    vi.unstubAllEnvs();
  });
});

function recordOf(messageId: string, body: string): SQSRecord {
  return {
    messageId,
    receiptHandle: 'handle',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:cavia-test-trials',
    awsRegion: 'eu-central-1',
  };
}
