import type { JobRunner } from '../../shared/service/ports/job-runner.ts';
import { TableUnavailable, type Table } from '../../shared/store/table.ts';

/** Breaks, or interrupts, one of the operations that go through it. */
export interface Breaker {
  aroundTable: (table: Table) => Table;
  aroundRunner: (runner: JobRunner) => JobRunner;
  breaking: <A extends unknown[], R>(operation: (...args: A) => Promise<R>) => (...args: A) => Promise<R>;
  /** Fails the operation of this number, from 1 on, once: before or after it has taken effect. */
  breakAt: (operation: number, when?: 'before' | 'after') => void;
  /** Has something else happen before the operation of this number, once. */
  interruptAt: (operation: number, other: () => Promise<void>) => void;
}

export function newBreaker(): Breaker {
  let left = Infinity;
  const none = async (): Promise<void> => undefined;
  const broken = async (): Promise<never> => {
    throw new TableUnavailable('it was broken');
  };
  let before: () => Promise<void> = none;
  let after: () => Promise<void> = none;
  const breaking: Breaker['breaking'] =
    (operation) =>
    async (...args) => {
      if (--left !== 0) return operation(...args);
      await before();
      const result = await operation(...args);
      await after();
      return result;
    };
  return {
    breaking,
    breakAt: (operation, when = 'before') => {
      left = operation;
      [before, after] = when === 'before' ? [broken, none] : [none, broken];
    },
    interruptAt: (operation, other) => {
      left = operation;
      [before, after] = [other, none];
    },
    aroundTable: ({ get, put, update, delete: remove, transact, query, close }) => ({
      get: breaking(get),
      put: breaking(put),
      update: breaking(update),
      delete: breaking(remove),
      transact: breaking(transact),
      query: breaking(query),
      close,
    }),
    aroundRunner: (runner) => ({
      ...runner,
      describe: breaking(runner.describe),
      terminate: breaking(runner.terminate),
      forget: breaking(runner.forget),
    }),
  };
}
