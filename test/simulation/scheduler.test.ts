import { describe, expect, it } from 'vitest';
import { newScheduler } from './scheduler.ts';

describe('the scheduler', () => {
  it('runs what is planned by its time, and at one time in the order in which it was planned', async () => {
    const scheduler = newScheduler(1_000);
    const ran: string[] = [];
    for (const [delayMs, name] of [
      [5, 'e'],
      [1, 'a'],
      [3, 'c'],
      [1, 'b'],
      [3, 'd'],
    ] as const)
      scheduler.after(delayMs, () => ran.push(`${name} at ${scheduler.nowMs}`));
    await scheduler.run(() => false);
    expect(ran).toEqual(['a at 1001', 'b at 1001', 'c at 1003', 'd at 1003', 'e at 1005']);
  });

  it('goes on only when all code waits', async () => {
    const scheduler = newScheduler(0);
    const ran: string[] = [];
    scheduler.after(1, () => {
      void (async () => {
        for (let turn = 0; turn < 100; turn++) await Promise.resolve();
        ran.push('the code that was woken up');
      })();
    });
    scheduler.after(1, () => ran.push('the next step'));
    await scheduler.run(() => false);
    expect(ran).toEqual(['the code that was woken up', 'the next step']);
  });

  it('runs nothing more once it is over, so that nothing can catch that', async () => {
    const scheduler = newScheduler(0);
    let isOver = false;
    let caught: unknown;
    let isResumed = false;
    const wait = new Promise<void>((resolve) => scheduler.after(2, resolve));
    const underTest = wait.then(
      () => (isResumed = true),
      (error: unknown) => (caught = error),
    );
    scheduler.after(1, () => (isOver = true));
    await scheduler.run(() => isOver);
    expect({ isResumed, caught }).toEqual({ isResumed: false, caught: undefined });
    void underTest;
  });
});
