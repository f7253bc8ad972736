import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openTimerSweeps, type TimerSweeps } from '../../shared/jobs/timer-sweeps.ts';
import type { StudyName } from '../../shared/service/ports/training.ts';
import { sweepScheduleContract } from '../contract/sweep-schedule.ts';

const everyMs = 20;
const study: StudyName = { tenant: 't', study: 's' };

sweepScheduleContract('a schedule on timers', async () => {
  const seen: StudyName[] = [];
  const sweeps = openTimerSweeps({ everyMs, sweep: async (name) => void seen.push(name) });
  return {
    schedule: sweeps,
    swept: async () => {
      // What is not swept by the time that something has been for the fifth time is not swept.
      seen.splice(0);
      const enough = 5 * sweeps.count();
      while (seen.length < enough) await sleep(everyMs);
      return [...new Map(seen.map((name) => [JSON.stringify(name), name])).values()];
    },
    close: async () => sweeps.close(),
  };
});

describe('a schedule on timers', () => {
  it('does not sweep a study while it is being swept', async () => {
    let running = 0;
    let most = 0;
    let count = 0;
    const sweep = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(3 * everyMs);
      running--;
      count++;
    };
    const sweeps = openTimerSweeps({ everyMs, sweep });
    await sweeps.start(study);
    await expect.poll(() => count, { timeout: 30_000 }).toBeGreaterThan(3);
    sweeps.close();
    expect(most).toBe(1);
  });

  it('starts nothing after it was closed', async () => {
    const sweeps: TimerSweeps = openTimerSweeps({ everyMs, sweep: async () => undefined });
    await sweeps.start(study);
    expect(sweeps.count()).toBe(1);
    sweeps.close();
    await sweeps.start(study);
    expect(sweeps.count()).toBe(0);
  });
});
