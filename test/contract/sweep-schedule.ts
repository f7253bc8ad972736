import { describe, it, type TestContext } from 'vitest';
import type { StudyName, SweepSchedule } from '../../shared/service/ports/training.ts';

export interface ScheduleUnderTest {
  schedule: SweepSchedule;
  /** The studies that are swept, each as often as it is. */
  swept(): Promise<StudyName[]>;
  close(): Promise<void>;
}

const tenant = '00000000000000000000000000';
const one: StudyName = { tenant, study: '01aaaaaaaaaaaaaaaaaaaaaaaa' };
const other: StudyName = { tenant, study: '01bbbbbbbbbbbbbbbbbbbbbbbb' };
const foreign: StudyName = { tenant: '00000000000000000000000001', study: one.study };

/** What every schedule of sweeps does, whatever engine is behind it. `open` gives a new one. */
export function sweepScheduleContract(name: string, open: () => Promise<ScheduleUnderTest>): void {
  const on =
    (prove: (under: ScheduleUnderTest, context: TestContext) => Promise<void>) =>
    async (context: TestContext): Promise<void> => {
      const under = await open();
      try {
        await prove(under, context);
      } finally {
        await under.close();
      }
    };

  describe(`${name} keeps the contract of schedules:`, () => {
    it(
      'sweeps nothing at first',
      on(async ({ swept }, { expect }) => {
        expect(await swept()).toEqual([]);
      }),
    );

    it(
      'sweeps each study that was started, and tells which it is',
      on(async ({ schedule, swept }, { expect }) => {
        for (const each of [one, other, foreign]) await schedule.start(each);
        const expected = [foreign, one, other].map((each) => JSON.stringify(each));
        expect((await swept()).map((each) => JSON.stringify(each)).sort()).toEqual(expected.sort());
      }),
    );

    it(
      'sweeps a study once, however often and by how many it was started',
      on(async ({ schedule, swept }, { expect }) => {
        await Promise.all(Array.from({ length: 5 }, () => schedule.start(one)));
        await schedule.start(one);
        expect(await swept()).toEqual([one]);
      }),
    );

    it(
      'stops the one that it is told to, however often',
      on(async ({ schedule, swept }, { expect }) => {
        await schedule.start(one);
        await schedule.start(other);
        await Promise.all([schedule.stop(one), schedule.stop(one)]);
        await schedule.stop(one);
        expect(await swept()).toEqual([other]);
      }),
    );

    it(
      'does not mind to stop what was never started',
      on(async ({ schedule, swept }, { expect }) => {
        await schedule.stop(one);
        expect(await swept()).toEqual([]);
      }),
    );

    it(
      'starts again what was stopped',
      on(async ({ schedule, swept }, { expect }) => {
        await schedule.start(one);
        await schedule.stop(one);
        await schedule.start(one);
        expect(await swept()).toEqual([one]);
      }),
    );
  });
}
