/** Failures one after the other, by which a program that is broken is told from one that fails now and then. */
export interface FailureStreak {
  /** @returns how many there have been, when that is enough. */
  failed(trial: number): number | undefined;
  succeeded(): void;
  /** Whether any trial has succeeded. */
  hasResults(): boolean;
  hasFailures(): boolean;
}

const failureCountMax = { beforeResults: 3, later: 10 };
/** One configuration may be at fault itself. */
const failedTrialCountMin = 2;

export function failureStreak(): FailureStreak {
  let streak: number[] = [];
  let resultCount = 0;
  return {
    failed: (trial) => {
      streak.push(trial);
      const countMax = resultCount === 0 ? failureCountMax.beforeResults : failureCountMax.later;
      return streak.length >= countMax && new Set(streak).size >= failedTrialCountMin ? streak.length : undefined;
    },
    succeeded: () => {
      streak = [];
      resultCount++;
    },
    hasResults: () => resultCount > 0,
    hasFailures: () => streak.length > 0,
  };
}
