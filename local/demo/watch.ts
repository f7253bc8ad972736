import type { Client } from '../../shared/api/client.ts';
import { pageLimitMax, type Study } from '../../shared/api/messages.ts';
import { isTerminal, type Trial } from '../../shared/domain/trial.ts';
import type { BestTrial, Snapshot, TrialRow } from './progress.ts';
import { metric } from './study.ts';

export interface Sight {
  snapshot: Snapshot;
  isFinished: boolean;
  /** How the attempts failed, where the service has paused the study because of it. */
  trouble: Study['trouble'];
}

export interface WatchSettings {
  study: string;
  defaultNumber: number;
  startedMs: number;
  nowMs: () => number;
}

/**
 * Looks at a study over HTTP, as any dashboard could. A trial that has ended is not fetched again once all before it
 * have ended too, so a look costs the same however long the study runs.
 */
export function watchStudy(client: Client, { study, defaultNumber, startedMs, nowMs }: WatchSettings) {
  const trials = new Map<number, Trial>();
  let settled = 0;
  let endedAtStart: number | undefined;

  return async (): Promise<Sight> => {
    // The study first: when it says that it is finished, no trial changes any more.
    const seen = await client.getStudy({ study });
    for await (const trial of trialsFrom(client, study, settled)) trials.set(trial.number, trial);
    while (isEnded(trials.get(settled))) settled++;
    const ended = [...trials.values()].filter(isEnded).length;
    endedAtStart ??= ended;
    const elapsedSeconds = (nowMs() - startedMs) / 1000;
    const etaSeconds = etaOf(elapsedSeconds, ended - endedAtStart, seen.budget.trials - ended);
    const defaultValue = trials.get(defaultNumber)?.values?.[metric];
    const snapshot = { ...snapshotOf(seen, [...trials.values()], nowMs()), elapsedSeconds, etaSeconds, defaultValue };
    return { snapshot, isFinished: seen.state === 'finished', trouble: seen.trouble };
  };
}

/** Before so many trials have ended, the rate says little. */
const etaTrialCountMin = 3;

async function* trialsFrom(client: Client, study: string, first: number): AsyncGenerator<Trial, void> {
  let after: string | null = first === 0 ? '' : String(first - 1);
  while (after !== null) {
    const query = { limit: pageLimitMax, ...(after !== '' && { after }) };
    const { data, nextCursor }: { data: Trial[]; nextCursor: string | null } = await client.listTrials({
      study,
      query,
    });
    yield* data;
    after = nextCursor;
  }
}

function isEnded(trial: Trial | undefined): boolean {
  return trial !== undefined && isTerminal(trial.state);
}

/** As if the trials that are left took as long as those since the start. */
function etaOf(elapsedSeconds: number, endedSinceStart: number, left: number): number | undefined {
  return endedSinceStart < etaTrialCountMin ? undefined : (elapsedSeconds / endedSinceStart) * Math.max(0, left);
}

function snapshotOf({ name, budget }: Study, trials: readonly Trial[], nowMs: number) {
  const countOf = (state: Trial['state']): number => trials.filter((trial) => trial.state === state).length;
  return {
    studyName: name,
    trialsTotal: budget.trials,
    complete: countOf('complete'),
    running: countOf('running'),
    failed: countOf('failed'),
    infeasible: countOf('infeasible'),
    best: bestOf(trials),
    recent: trials.filter(({ state }) => state !== 'waiting').map((trial) => rowOf(trial, nowMs)),
  };
}

function bestOf(trials: readonly Trial[]): BestTrial | undefined {
  let best: BestTrial | undefined;
  for (const { number, state, values, params } of trials) {
    const value = values?.[metric];
    if (state !== 'complete' || value === undefined) continue;
    if (best === undefined || value < best.value) best = { number, value, params };
  }
  return best;
}

function rowOf(
  { number, state, values, lastReport, asked, finished, params, worker, job }: Trial,
  nowMs: number,
): TrialRow {
  const value = (values ?? lastReport?.values)?.[metric];
  const endMs = finished === null ? nowMs : Date.parse(finished);
  const seconds = asked === null ? undefined : (endMs - Date.parse(asked)) / 1000;
  return { number, state, value, seconds, params, worker: worker ?? (job ? `place-${job.slot + 1}` : '') };
}
