import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeBatch } from '../jobs/fake-batch.ts';
import { batchEvent } from '../jobs/batch-event.ts';
import type { LambdaFunction } from './sandboxes.ts';

export interface JobEvents {
  sent: number;
  lost: number;
  doubled: number;
  /** Those that failed three times. */
  dead: number;
  settled(): Promise<void>;
}

const attemptCountMax = 3;
const doubleLaterMs = 500;

/** What EventBridge does with the ends of jobs, and the worst of it: every fourth is lost, every third comes twice. */
export function deliverJobEvents(batch: FakeBatch, target: LambdaFunction): JobEvents {
  const inFlight = new Set<Promise<void>>();
  const events: JobEvents = {
    sent: 0,
    lost: 0,
    doubled: 0,
    dead: 0,
    settled: async () => {
      while (inFlight.size > 0) await Promise.all(inFlight);
    },
  };

  function deliver(event: object, afterMs: number): void {
    const delivery = sleep(afterMs)
      .then(() => invoke(event))
      .finally(() => inFlight.delete(delivery));
    inFlight.add(delivery);
  }

  async function invoke(event: object): Promise<void> {
    for (let attempt = 1; attempt <= attemptCountMax; attempt++) {
      try {
        return void (await target.invoke(event));
      } catch {
        // Lambda tries an event again twice.
      }
    }
    events.dead++;
  }

  batch.onEnded = (detail) => {
    const event = batchEvent(structuredClone(detail));
    const number = events.sent++;
    if (number % 4 === 3) return void events.lost++;
    deliver(event, 0);
    if (number % 3 !== 2) return;
    events.doubled++;
    deliver(event, doubleLaterMs);
  };
  return events;
}
