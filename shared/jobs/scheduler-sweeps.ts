import { CreateScheduleCommand, DeleteScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import type { StudyName, SweepSchedule } from '../service/ports/training.ts';
import { unavailableOr } from './aws-unavailable.ts';

export interface SchedulerSweepsSettings {
  client: SchedulerClient;
  /** The group that holds the schedules of a deployment, and nothing else. */
  group: string;
  /** The function that sweeps, and the role that may invoke it. */
  targetArn: string;
  roleArn: string;
}

/** As often as EventBridge Scheduler can. */
const everyMinute = 'rate(1 minute)';

/** The port on EventBridge Scheduler: one schedule for each study, named after it. */
export function openSchedulerSweeps({ client, group, targetArn, roleArn }: SchedulerSweepsSettings): SweepSchedule {
  return {
    start: async (name) => {
      const request = new CreateScheduleCommand({
        Name: scheduleName(name),
        GroupName: group,
        ScheduleExpression: everyMinute,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: targetArn,
          RoleArn: roleArn,
          Input: JSON.stringify({ tenant: name.tenant, study: name.study }),
          // The next minute's does the same.
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        },
      });
      await unlessRefused('ConflictException', client.send(request));
    },
    stop: async (name) => {
      const request = new DeleteScheduleCommand({ Name: scheduleName(name), GroupName: group });
      await unlessRefused('ResourceNotFoundException', client.send(request));
    },
  };
}

/** 53 characters of the 64 that it may have. */
function scheduleName({ tenant, study }: StudyName): string {
  return `${tenant}-${study}`;
}

async function unlessRefused(as: string, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if ((error as Error).name !== as) throw unavailableOr(error, 'EventBridge Scheduler');
  }
}
