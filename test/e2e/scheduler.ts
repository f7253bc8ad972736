import { GetScheduleCommand, ListSchedulesCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaFunction } from './sandboxes.ts';

/**
 * What EventBridge Scheduler does with the schedules of a group, with a second in place of a minute: moto keeps schedules
 * and calls nothing. @param targets the functions by their ARNs.
 */
export function runSchedules(
  scheduler: SchedulerClient,
  group: string,
  targets: Record<string, LambdaFunction>,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = run();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(minuteMs);
      const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ GroupName: group }));
      for (const { Name } of Schedules) await invokeFor(Name!);
    }
  }

  /** Not tried again: the next minute's does the same. */
  async function invokeFor(name: string): Promise<void> {
    try {
      const { Target } = await scheduler.send(new GetScheduleCommand({ Name: name, GroupName: group }));
      await targets[Target!.Arn!].invoke(JSON.parse(Target!.Input!));
    } catch {
      // It was deleted since it was listed, or the function died.
    }
  }

  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

const minuteMs = 1_000;
