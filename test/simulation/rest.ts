import { queueSettings } from './carriers/messages.ts';
import { sweepEveryMs } from './engines/sweep-schedule.ts';
import type { Scenario } from './scenarios.ts';
import { patience } from './service/ports-of-process.ts';

/** The longest that one attempt of a trial takes where nothing goes wrong: waiting, training, being heard of. */
const attemptMs = 300_000;
/** How far clocks can be apart, twice. */
const skewMs = 60_000;

/**
 * When everything must be at rest after the last fault: three sweeps, a lease, what was in the air for as long as that
 * may take; and the work that is left, with every attempt that it may need.
 */
export function restMs({ spec: { budget, lease, training }, deeds, workers }: Scenario): number {
  const raised = deeds.map(({ what }) => ('update' in what ? (what.update.budget?.trials ?? 0) : 0));
  const trials = Math.max(budget!.trials!, ...raised);
  const places = training ? budget!.parallel! : Math.min(workers, budget!.parallel ?? workers);
  // What is stopped or deleted has no work left, however long its trainings would take.
  const isStopped = deeds.some(({ what }) => 'delete' in what || ('update' in what && what.update.state === 'stopped'));
  const workMs = isStopped ? attemptMs : Math.ceil(trials / places) * lease!.attempts! * attemptMs;
  const inTheAirMs = training
    ? patience.claimMs + patience.resendMs + patience.graceMs + patience.missingMs
    : lease!.seconds! * 1000;
  const doneMs = Math.max(0, ...deeds.map(({ afterMs }) => afterMs));
  return 3 * sweepEveryMs + skewMs + inTheAirMs + workMs + doneMs + 2 * queueSettings.visibilitySeconds * 1000;
}
