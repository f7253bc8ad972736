/** Takes note of the first broken invariant; the scheduler then goes no further, so that nothing can catch it. */
export interface Verdict {
  violated(invariant: string, what: string): void;
  readonly violation: Violation | undefined;
}

export interface Violation {
  /** As in the list of invariants: `I2 budget-exact`. */
  invariant: string;
  what: string;
}

export function newVerdict(): Verdict {
  let violation: Violation | undefined;
  return {
    violated: (invariant, what) => (violation ??= { invariant, what }),
    get violation() {
      return violation;
    },
  };
}
