import type { Reporter, TestModule } from 'vitest/node';

/**
 * Counts the tests in one plain line at the end, and fails the run in CI when a test was left out: a suite that nobody
 * ran proves nothing.
 */
export default class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const leftOut = tests.filter((test) => test.result().state === 'skipped');
    console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${leftOut.length} skipped`);
    if (leftOut.length > 0 && process.env.CI) {
      console.error(
        `${leftOut.length} tests were left out, the first is "${leftOut[0].fullName}": CI runs all of them.`,
      );
      process.exitCode = 1;
    }
  }
}
