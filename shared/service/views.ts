import type { ApiKey, RankedTrial, Study } from '../api/messages.ts';
import type { Counter } from '../domain/counter.ts';
import { trainingSeed } from '../engine/training-seed.ts';
import { rfc3339 } from '../domain/time.ts';
import type { TrialJob } from '../domain/trial-job.ts';
import type { Trial } from '../domain/trial.ts';
import type { ApiKeyRecord } from './ports/api-keys.ts';
import type { StudyRecord } from './ports/studies.ts';
import type { HeldJob, TrialRecord } from './ports/trials.ts';
import type { Ranked } from './trials/ranked-trials.ts';

/** Records as the contract shows them. */

export function trialView({ spec }: StudyRecord, trial: TrialRecord): Trial {
  return {
    number: trial.number,
    seed: trainingSeed(spec.seed, trial.number),
    state: trial.state,
    params: trial.params,
    values: trial.values ?? null,
    attempt: trial.attempt,
    failures: trial.failures,
    origin: trial.origin,
    confirms: trial.confirms ?? null,
    suggestion: trial.suggestion ?? null,
    worker: trial.worker ?? null,
    // What a job holds is not given to another when time passes.
    lease: trial.state === 'running' && !trial.job ? { expires: rfc3339(trial.leaseUntilMs!) } : null,
    lastReport: trial.lastReport ?? null,
    job: trial.job ? jobView(trial.job) : null,
    message: trial.message ?? null,
    asked: timeOrNull(trial.askedMs),
    finished: timeOrNull(trial.finishedMs),
  };
}

export function rankedTrialView(study: StudyRecord, { trial, confirmed }: Ranked): RankedTrial {
  return {
    ...trialView(study, trial),
    confirmed: confirmed ? { ...confirmed, standardError: confirmed.standardError ?? null } : null,
  };
}

function jobView({ phase, id, slot }: HeldJob): TrialJob {
  return { phase, id: id ?? null, slot };
}

export function studyView(study: StudyRecord, counter: Counter, open: { waiting: number; running: number }): Study {
  return {
    id: study.id,
    ...study.spec,
    state: study.state,
    endReason: study.endReason ?? null,
    trouble: study.trouble ?? null,
    spaceVersion: study.spaceVersion,
    configurations: study.configurations ?? null,
    progress: {
      given: counter.nextNumber,
      left: counter.left,
      ...open,
      ended: counter.nextNumber - open.waiting - open.running,
    },
    created: rfc3339(study.createdMs),
    ended: timeOrNull(study.endedMs),
  };
}

export function apiKeyView(key: ApiKeyRecord): ApiKey {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    created: rfc3339(key.createdMs),
    expires: timeOrNull(key.expiresMs),
    revoked: timeOrNull(key.revokedMs),
  };
}

function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : rfc3339(ms);
}
