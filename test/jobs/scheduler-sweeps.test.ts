import { randomUUID } from 'node:crypto';
import {
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { describe, expect, inject, it } from 'vitest';
import { openSchedulerSweeps } from '../../shared/jobs/scheduler-sweeps.ts';
import type { StudyName, SweepSchedule } from '../../shared/service/ports/training.ts';
import { sweepScheduleContract } from '../contract/sweep-schedule.ts';
import { startFaultyService, type FaultyReply } from './faulty-service.ts';

const endpoint = inject('motoEndpoint');
const unavailable = expect.objectContaining({ name: 'JobsUnavailable' }) as Error;
const study: StudyName = { tenant: '0'.repeat(26), study: '1'.repeat(26) };
const targetArn = 'arn:aws:lambda:eu-central-1:123456789012:function:cavia-test-sweep';
const roleArn = 'arn:aws:iam::123456789012:role/sweeps';

describe.skipIf(endpoint === null)('EventBridge Scheduler', () => {
  sweepScheduleContract('a schedule on EventBridge Scheduler', async () => {
    const { client, group, schedule } = await newSchedule();
    return {
      schedule,
      swept: async () => {
        const { Schedules = [] } = await client.send(new ListSchedulesCommand({ GroupName: group }));
        const inputs = await Promise.all(
          Schedules.map(
            async ({ Name }) => (await client.send(new GetScheduleCommand({ Name, GroupName: group }))).Target!,
          ),
        );
        return inputs.map(({ Input }) => JSON.parse(Input!) as StudyName);
      },
      close: async () => client.destroy(),
    };
  });

  it('is told to invoke the sweep once a minute, at that minute, and not again when it fails', async () => {
    const { client, group, schedule } = await newSchedule();
    await schedule.start(study);
    const Name = `${study.tenant}-${study.study}`;
    expect(Name).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
    expect(await client.send(new GetScheduleCommand({ Name, GroupName: group }))).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: targetArn,
        RoleArn: roleArn,
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      },
    });
    client.destroy();
  });
});

describe('a schedule on EventBridge Scheduler that', () => {
  it.each<[string, FaultyReply]>([
    ['throttles', refusal(429, 'ThrottlingException')],
    ['has a fault', refusal(500, 'InternalServerException')],
    ['hangs up', 'hang up'],
  ])('%s is unavailable', async (_, reply) => {
    const schedule = await scheduleAnswering(reply);
    await expect(schedule.start(study)).rejects.toThrow(unavailable);
    await expect(schedule.stop(study)).rejects.toThrow(unavailable);
  });

  it.each([
    ['ValidationException', 400],
    ['AccessDeniedException', 403],
    ['ServiceQuotaExceededException', 402],
  ])('says %s is set up wrongly', async (name, status) => {
    const schedule = await scheduleAnswering(refusal(status, name));
    const failure = expect.objectContaining({ name }) as Error;
    await expect(schedule.start(study)).rejects.toThrow(failure);
    await expect(schedule.stop(study)).rejects.toThrow(failure);
  });

  it('says that a schedule is there, or is not, has it as it should be', async () => {
    expect(await (await scheduleAnswering(refusal(409, 'ConflictException'))).start(study)).toBeUndefined();
    expect(await (await scheduleAnswering(refusal(404, 'ResourceNotFoundException'))).stop(study)).toBeUndefined();
  });

  it('lacks the group of the deployment is set up wrongly', async () => {
    const schedule = await scheduleAnswering(refusal(404, 'ResourceNotFoundException'));
    await expect(schedule.start(study)).rejects.toThrow('said by the test');
  });
});

function refusal(status: number, name: string): FaultyReply {
  return { status, headers: { 'x-amzn-errortype': name }, body: JSON.stringify({ Message: 'said by the test' }) };
}

async function scheduleAnswering(reply: FaultyReply): Promise<SweepSchedule> {
  const { endpoint: at } = await startFaultyService(() => reply);
  return openSchedulerSweeps({ client: newClient(at), group: 'group', targetArn, roleArn });
}

async function newSchedule(): Promise<{ client: SchedulerClient; group: string; schedule: SweepSchedule }> {
  const client = newClient(endpoint!);
  const group = `group-${randomUUID()}`;
  await client.send(new CreateScheduleGroupCommand({ Name: group }));
  return { client, group, schedule: openSchedulerSweeps({ client, group, targetArn, roleArn }) };
}

function newClient(at: string): SchedulerClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'none' };
  return new SchedulerClient({ endpoint: at, region: 'eu-central-1', credentials, maxAttempts: 1 });
}
