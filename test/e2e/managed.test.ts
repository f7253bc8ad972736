import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { FunctionName } from '../../infra/bundle.ts';
import type { Client } from '../../shared/api/client.ts';
import { firstTenant } from '../../shared/service/call.ts';
import { allTrials, audit } from '../audit.ts';
import { startTrainingEngines, sweepArn, type TrainingEngines } from '../functions/training-engines.ts';
import { granted, unseen } from '../granted.ts';
import { deploy, type Deployment } from './deployment.ts';
import { pollQueue } from './event-source.ts';
import { deliverJobEvents, type JobEvents } from './job-events.ts';
import { runSchedules } from './scheduler.ts';

const dynamoDbEndpoint = inject('dynamoDbEndpoint');
const sqsEndpoint = inject('sqsEndpoint');
const motoEndpoint = inject('motoEndpoint');
const isComplete = dynamoDbEndpoint !== null && sqsEndpoint !== null && motoEndpoint !== null;
const trialCount = 24;
const parallel = 4;
const killCount = 8;
/** A minute is a second here. */
const patience = { claimMs: 3_000, resendMs: 4_000, graceMs: 4_000, missingMs: 60_000 };
const trainers = ['dispatch-trials', 'on-job-event', 'sweep'] as const;

describe.skipIf(!isComplete)('a managed study on the bundles in processes of their own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-e2e-'));
  const notesFile = join(folder, 'notes');
  const s3 = new S3Client({
    endpoint: motoEndpoint!,
    forcePathStyle: true,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
  });
  let engines: TrainingEngines;
  let deployment: Deployment;
  let client: Client;
  let events: JobEvents;
  let source: { stop(): Promise<void> };
  let schedules: { stop(): Promise<void> };

  beforeAll(async () => {
    const endpoints = { sqsEndpoint: sqsEndpoint!, motoEndpoint: motoEndpoint! };
    engines = await startTrainingEngines({ ...endpoints, visibilitySeconds: 10, receiveCountMax: 5, patience });
    deployment = await deploy({
      dynamoDbEndpoint: dynamoDbEndpoint!,
      accessKey: 'endtoendmanaged',
      training: { engines, ...endpoints },
    });
    client = deployment.client;
    const { functions } = deployment;
    events = deliverJobEvents(engines.batch, functions['on-job-event']);
    source = pollQueue(engines.sqs, engines.queueUrl, functions['dispatch-trials']);
    schedules = runSchedules(engines.scheduler, engines.scheduleGroup, { [sweepArn]: functions.sweep });
  });

  afterAll(async () => {
    await source.stop();
    await schedules.stop();
    await events.settled();
    await deployment.stop();
    await engines.stop();
    s3.destroy();
    rmSync(folder, { recursive: true });
  });

  async function create(name: string, more: { trials: number; parallel: number; command?: string[] }): Promise<void> {
    const { trials, parallel: places, command = [process.execPath, join(import.meta.dirname, 'train.ts')] } = more;
    await client.createStudy({
      body: {
        name,
        space: { x: { type: 'float', low: 0, high: 1 }, y: { type: 'int', low: 1, high: 64, scale: 'log' } },
        objectives: [{ metric: 'loss', direction: 'minimize' }],
        budget: { trials, parallel: places },
        seed: 1,
        training: { runner: 'batch', command, environment: { NOTES: notesFile, S3_ENDPOINT: motoEndpoint! } },
      },
    });
  }

  const putObject = (Key: string): Promise<unknown> =>
    s3.send(new PutObjectCommand({ Bucket: engines.bucket, Key, Body: 'x' }));
  const objectsUnder = async (Prefix: string): Promise<string[]> => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: engines.bucket, Prefix }));
    return Contents.map(({ Key }) => Key!);
  };
  const schedulesOf = async (): Promise<unknown> =>
    (await engines.scheduler.send(new ListSchedulesCommand({ GroupName: engines.scheduleGroup }))).Schedules;
  const stateOf = async (study: string): Promise<string> => (await client.getStudy({ study })).state;
  const notes = (): string[] => readFileSync(notesFile, 'utf8').trim().split('\n');

  it('goes to its end while processes are killed, events and replies lost, and nothing is trained twice', async () => {
    let submissions = 0;
    engines.batch.fault = (operation) => {
      if (operation !== 'SubmitJob') return undefined;
      return ({ 5: 'lose the reply', 8: 'lose the request' } as const)[submissions++ % 10];
    };
    await create('managed', { trials: trialCount, parallel });
    let isOver = false;
    /** Each as soon as a process of the next function has an event. @returns how many were killed. */
    const kill = async (): Promise<number> => {
      const victims: FunctionName[] = [...trainers, 'api'];
      for (let killed = 0; ;) {
        if (isOver || killed === killCount) return killed;
        const isTime = events.sent >= ((killed + 1) * trialCount) / (killCount + 2);
        if (isTime && deployment.functions[victims[killed % victims.length]].killBusy()) killed++;
        await sleep(5);
      }
    };
    const killing = kill();
    await expect.poll(() => stateOf('managed'), { timeout: 110_000, interval: 500 }).toBe('finished');
    isOver = true;
    expect(await killing).toBe(killCount);
    await events.settled();
    expect(await audit(client, 'managed')).toEqual([]);
    const trials = await allTrials(client, 'managed');
    expect(trials.map(({ state }) => state)).toEqual(Array.from({ length: trialCount }, () => 'complete'));
    for (const { params, values } of trials) {
      expect(values!.loss).toBeCloseTo((Number(params.x) - 0.3) ** 2, 12);
    }
    const failing = trials.filter(({ number }) => number % 4 === 3);
    expect(failing.every(({ attempt }) => attempt > 1)).toBe(true);
    expect(submissions).toBeGreaterThan(trialCount);
    const begun = notes().filter((line) => line.startsWith('begin'));
    expect(new Set(begun).size).toBe(begun.length);
    expect(mostAtOnce(notes())).toBeLessThanOrEqual(parallel);
    expect(Math.min(events.lost, events.doubled)).toBeGreaterThan(3);
  });

  it('leaves no schedule, and no message among the dead letters', async () => {
    expect(await schedulesOf()).toEqual([]);
    const { Attributes } = await engines.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: engines.deadLetterUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes!.ApproximateNumberOfMessages).toBe('0');
    expect(events.dead).toBe(0);
  });

  it('ends its jobs when it is stopped, and when it is deleted', async () => {
    const command = ['sh', '-c', 'echo begun; sleep 100'];
    await Promise.all(['stopped', 'deleted'].map((name) => create(name, { trials: 9, parallel: 2, command })));
    const submitted = async (study: string): Promise<number> =>
      (await allTrials(client, study)).filter(({ job }) => job?.phase === 'submitted').length;
    for (const study of ['stopped', 'deleted']) await expect.poll(() => submitted(study), { timeout: 60_000 }).toBe(2);
    // Of an earlier attempt, which is looked for by its name.
    expect(await client.trialLog({ study: 'managed', number: '3', query: { attempt: 1 } })).toMatchObject({
      attempt: 1,
    });
    await client.updateStudy({ study: 'stopped', body: { state: 'stopped' } });
    const { id } = await client.getStudy({ study: 'deleted' });
    for (const key of ['0/checkpoint/step', '1/checkpoint']) await putObject(`${firstTenant}/${id}/${key}`);
    await client.deleteStudy({ study: 'deleted' });
    await expect.poll(() => stateOf('stopped'), { timeout: 60_000 }).toBe('finished');
    expect((await allTrials(client, 'stopped')).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    const jobs = async (): Promise<number> =>
      engines.batch.requests.filter(({ operation }) => operation === 'TerminateJob').length;
    expect(await jobs()).toBeGreaterThanOrEqual(4);
    await expect.poll(() => objectsUnder(`${firstTenant}/${id}/`), { timeout: 60_000 }).toEqual([]);
  });

  it('leaves nothing of what its jobs had left when it is deleted', async () => {
    const { id } = await client.getStudy({ study: 'managed' });
    expect((await objectsUnder(`${firstTenant}/${id}/`)).length).toBeGreaterThan(0);
    await client.deleteStudy({ study: 'managed' });
    await expect.poll(() => objectsUnder(`${firstTenant}/${id}/`), { timeout: 60_000 }).toEqual([]);
    await expect.poll(schedulesOf, { timeout: 60_000 }).toEqual([]);
  });

  it('is refused where nothing trains', async () => {
    const without = await deploy({ dynamoDbEndpoint: dynamoDbEndpoint!, accessKey: 'endtoendwithout' });
    const refusal = without.client.createStudy({
      body: {
        name: 'refused',
        space: { x: { type: 'float', low: 0, high: 1 } },
        objectives: [{ metric: 'loss', direction: 'minimize' }],
        budget: { trials: 1, parallel: 1 },
        training: { runner: 'batch', command: ['train'] },
      },
    });
    await expect(refusal).rejects.toThrow('training must be left out, because this server starts no jobs');
    await without.stop();
  });

  it('is dealt with by what the roles of the functions allow, and all of it', () => {
    const allowed = (name: FunctionName): string[] => granted[name].filter((action) => !unseen.includes(action)).sort();
    expect(deployment.seen('api').filter((action) => !allowed('api').includes(action))).toEqual([]);
    const ofTraining = (actions: readonly string[]): string[] => actions.filter((one) => !one.startsWith('dynamodb:'));
    expect(ofTraining(deployment.seen('api'))).toEqual(ofTraining(allowed('api')));
    for (const name of trainers)
      expect(deployment.seen(name).filter((action) => !allowed(name).includes(action))).toEqual([]);
    // Which of the three comes to end the sweeps is chance; they start them again only in a race.
    const seen = new Set(trainers.flatMap((name) => deployment.seen(name)));
    const missing = trainers.flatMap(allowed).filter((action) => !seen.has(action));
    expect(new Set(missing)).toEqual(new Set(['scheduler:CreateSchedule'].filter((action) => !seen.has(action))));
  });
});

/** @param notes lines of `begin` and `end`, with a trial and its attempt. */
function mostAtOnce(notes: readonly string[]): number {
  let running = 0;
  let most = 0;
  for (const line of notes) {
    running += line.startsWith('begin') ? 1 : -1;
    most = Math.max(most, running);
  }
  return most;
}
