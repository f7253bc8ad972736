import type { Valued } from '../../engine/advise.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';

/** How the trials of a study have ended. */
export interface Outcomes {
  /** The complete trials of the search: confirmations look for nothing. */
  valued: Valued[];
  /** Whether a confirmation is complete. */
  isConfirmed: boolean;
  /** How many trials have ended, by state. */
  states: Record<EndState, number>;
  /** Of the trials that failed or were infeasible. */
  failure: Failure | undefined;
}

type EndState = 'complete' | 'pruned' | 'infeasible' | 'failed' | 'cancelled';

/** The message that the most have. */
export interface Failure {
  /** Undefined where the most have none. */
  message: string | undefined;
  count: number;
  /** The first trial that has it. */
  trial: number;
}

/** Of more different messages the later ones are not counted. */
const messageCountMax = 1000;

/** Reads all trials. */
export async function readOutcomes(ports: Ports, study: StudyRecord, metric: string): Promise<Outcomes> {
  const valued: Valued[] = [];
  const states = { complete: 0, pruned: 0, infeasible: 0, failed: 0, cancelled: 0 };
  const failures = new Map<string | undefined, Failure>();
  let isConfirmed = false;
  for await (const { number, state, params, values, confirms, message } of ports.trials.all(study)) {
    if (state === 'waiting' || state === 'running') continue;
    states[state]++;
    if (state === 'failed' || state === 'infeasible') count(failures, message, number);
    if (state !== 'complete') continue;
    if (confirms === undefined) valued.push({ number, params, value: values![metric] });
    else isConfirmed = true;
  }
  const [failure] = [...failures.values()].sort((a, b) => b.count - a.count || a.trial - b.trial);
  return { valued, isConfirmed, states, failure };
}

function count(failures: Map<string | undefined, Failure>, message: string | undefined, trial: number): void {
  const known = failures.get(message);
  if (known) known.count++;
  else if (failures.size < messageCountMax) failures.set(message, { message, count: 1, trial });
}
