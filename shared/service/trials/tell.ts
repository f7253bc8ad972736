import type { TellRequest } from '../../api/messages.ts';
import { reachesTarget, type Values } from '../../domain/objective.ts';
import { keepsModel } from '../../domain/study.ts';
import type { Trial } from '../../domain/trial.ts';
import type { Call, Reply } from '../call.ts';
import { changedByOthers } from '../contention.ts';
import { ServiceError } from '../errors.ts';
import { refuseFields } from '../fields.ts';
import { findStudy, findTrial, noSuchTrial, spokenFor } from '../find.ts';
import {
  canonicalJson,
  findReplay,
  idempotencyMismatch,
  keyedRequest,
  receiptOf,
  replayOfRival,
  type KeyedRequest,
} from '../idempotency.ts';
import { neverGivenOut } from './held-trial.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialChange, TrialRecord } from '../ports/trials.ts';
import { closeStudy, settleStudy } from '../studies/settle-study.ts';
import { readTold, type Told } from './told-values.ts';
import { trialView } from '../views.ts';

const tryCountMax = 20;

/**
 * How a trial went. The trial itself is the record of the request: the first result stays, the same one again is
 * answered with it, another one is a conflict. A result that comes after the lease ran out counts as long as nobody
 * else has been given the trial.
 */
export async function tell(ports: Ports, call: Call<TellRequest>): Promise<Reply<Trial>> {
  const study = await findStudy(ports, call);
  const number = spokenFor(study, call);
  const keyed = keyedRequest(ports, call);
  const replay = await findReplay<Trial>(ports, call, keyed);
  if (replay) return replay;
  const result = resultOf(study, call.body);
  const hash = ports.hashes.sha256(canonicalJson(result));
  const key = call.idempotencyKey === undefined ? undefined : ports.hashes.sha256(call.idempotencyKey);
  const reply =
    result.state === 'failed'
      ? await tellFailed(ports, study, number, call, result, hash, keyed)
      : await tellResult(ports, study, number, call, result, hash, key);
  if (!reply.isReplay) await afterTell(ports, study, result);
  if (!reply.isReplay && keepsModel(study.spec)) ports.onResults(study);
  return reply;
}

interface Result {
  state: 'complete' | 'infeasible' | 'failed' | 'pruned';
  attempt: number;
  values: Values | undefined;
  message: string | undefined;
}

async function tellResult(
  ports: Ports,
  study: StudyRecord,
  number: number,
  call: Call<TellRequest>,
  { state, attempt, values, message }: Result,
  resultHash: string,
  resultKey: string | undefined,
): Promise<Reply<Trial>> {
  const finishedMs = ports.clock.nowMs();
  const change: TrialChange = { state, message, finishedMs, resultHash, resultKey, ...(values && { values }) };
  const expected = { attempt, states: ['waiting', 'running'] as TrialRecord['state'][] };
  for (let tried = 0; tried < tryCountMax; tried++) {
    const written = await ports.trials.change(study, number, expected, change);
    if (written.ok) return { status: 200, body: trialView(study, written.trial) };
    const { found } = written;
    if (!found || !isFailedUntold(found, attempt)) {
      return refuseOrReplay(ports, study, number, call, found, { attempt, values, resultHash, resultKey });
    }
    if (await ports.trials.changeFailed(study, found, change)) {
      return { status: 200, body: trialView(study, { ...found, ...change }) };
    }
  }
  throw changedByOthers(`Trial ${number}`);
}

/** The lease ran out for good, and the worker was only late. */
function isFailedUntold(trial: TrialRecord, attempt: number): boolean {
  return trial.state === 'failed' && trial.attempt === attempt && trial.resultHash === undefined;
}

/**
 * The machine's fault: the trial waits for its next attempt, or has failed when it has had them all.
 * A trial that waits keeps nothing of who told it so, therefore the idempotency key goes into a receipt.
 */
async function tellFailed(
  ports: Ports,
  study: StudyRecord,
  number: number,
  call: Call<TellRequest>,
  { attempt, message }: Result,
  resultHash: string,
  keyed: KeyedRequest | undefined,
): Promise<Reply<Trial>> {
  for (let tried = 0; tried < tryCountMax; tried++) {
    const trial = await findTrial(ports, study, number);
    if (trial.failedAttempt !== undefined && attempt <= trial.failedAttempt) {
      return { status: 200, body: trialView(study, trial), isReplay: true };
    }
    const isOpen = trial.state === 'running' || trial.state === 'waiting' || trial.state === 'failed';
    if (!isOpen || trial.attempt !== attempt || trial.resultHash !== undefined) {
      return refuseOrReplay(ports, study, number, call, trial, {
        attempt,
        values: undefined,
        resultHash,
        resultKey: undefined,
      });
    }
    const failures = trial.state === 'failed' ? trial.failures : trial.failures + 1;
    const isLast = failures >= study.spec.lease.attempts;
    const change: TrialChange = isLast
      ? {
          state: 'failed',
          failures,
          failedAttempt: attempt,
          message,
          finishedMs: ports.clock.nowMs(),
          resultHash,
        }
      : { state: 'waiting', failures, failedAttempt: attempt, message, worker: undefined, leaseUntilMs: undefined };
    const expected = { attempt, states: [trial.state], failures: trial.failures };
    const reply = { status: 200, body: trialView(study, { ...trial, ...change }) };
    const written = await ports.trials.change(study, number, expected, change, receiptOf(keyed, 200, reply.body));
    if (written.ok) return reply;
    if (written.answered) return replayOfRival(ports, call, keyed!);
  }
  throw changedByOthers(`Trial ${number}`);
}

/** Why a result was not written: it is there already, another one is, or the trial is somebody else's now. */
async function refuseOrReplay(
  ports: Ports,
  study: StudyRecord,
  number: number,
  call: Call<TellRequest>,
  trial: TrialRecord | undefined,
  sent: { attempt: number; values: Values | undefined; resultHash: string; resultKey: string | undefined },
): Promise<Reply<Trial>> {
  if (!trial) throw noSuchTrial(study, String(number));
  if (trial.resultHash === sent.resultHash) return { status: 200, body: trialView(study, trial), isReplay: true };
  if (sent.resultKey !== undefined && trial.resultKey === sent.resultKey)
    throw idempotencyMismatch(call.idempotencyKey!);
  if (sent.attempt > trial.attempt) throw neverGivenOut(trial, sent.attempt);
  if (sent.attempt < trial.attempt) {
    if (sent.values) await ports.trials.keepSuperseded(study, number, sent.attempt, sent.values);
    throw new ServiceError(
      'lease_superseded',
      `Trial ${number} was given out again as attempt ${trial.attempt}; the result of attempt ${sent.attempt} does not count.`,
      {
        ...(sent.values && { hint: `GET /v1/studies/${study.spec.name}/trials/${number} shows it under superseded.` }),
        extra: { trial: trialView(study, trial) },
      },
    );
  }
  if (trial.resultHash !== undefined) {
    throw new ServiceError(
      'result_conflict',
      `Trial ${number} has the result ${shownResult(trial)}; the first result counts.`,
      {
        extra: { trial: trialView(study, trial) },
      },
    );
  }
  throw new ServiceError('trial_finished', `Trial ${number} is ${trial.state} and takes no result.`, {
    hint: `POST …/trials/${number}/retry opens a failed or cancelled trial again.`,
    extra: { trial: trialView(study, trial) },
  });
}

function shownResult(trial: TrialRecord): string {
  return trial.values ? `${trial.state} ${JSON.stringify(trial.values)}` : trial.state;
}

/**
 * The target, the last trial of the budget and a stop are noticed here; a failure to notice is made good by the next
 * request.
 */
async function afterTell(ports: Ports, study: StudyRecord, { state, values }: Result): Promise<void> {
  let current = study;
  if (state === 'complete' && current.state !== 'finished' && reachesTarget(current.spec.objectives, values!)) {
    current = await closeStudy(ports, current, 'target');
  }
  if (current.state === 'finished') return;
  if (current.state === 'stopping' || (await ports.studies.counter(current)).left === 0)
    await settleStudy(ports, current);
}

/** What was told, checked against the objectives. One that is not a finite number makes the trial infeasible. */
function resultOf(study: StudyRecord, body: TellRequest): Result {
  const { attempt, message } = body;
  const told: Told | undefined = body.values && readTold(study, body.values, ['values']);
  const state = body.state ?? 'complete';
  switch (state) {
    case 'complete':
      if (!told) {
        const metrics = study.spec.objectives.map(({ metric }) => metric).join(', ');
        throw new ServiceError(
          'value_invalid',
          `values must be given with ${metrics} unless state says how else the trial ended.`,
          {
            param: 'values',
            hint: 'Send {"attempt": 1, "values": {"…": 0.1}} or {"attempt": 1, "state": "failed", "message": "…"}.',
          },
        );
      }
      if (told.notFinite)
        return { state: 'infeasible', attempt, values: undefined, message: message ?? told.notFinite };
      return { state, attempt, values: told.values, message: message ?? told.leftOut };
    case 'pruned':
      return {
        state,
        attempt,
        values: told?.notFinite ? undefined : told?.values,
        message: message ?? told?.leftOut,
      };
    case 'infeasible':
    case 'failed':
      if (told && !told.notFinite) throw unwantedValues(state, body.values);
      return { state, attempt, values: undefined, message };
  }
}

function unwantedValues(state: Result['state'], values: TellRequest['values']): ServiceError {
  const message = `must be left out when state is "${state}"`;
  const {
    code,
    message: detail,
    details,
  } = refuseFields('value_invalid', ['values'], [{ path: [], message, input: values }]);
  const hint = 'State "pruned" keeps the values of a trial that was ended early.';
  return new ServiceError(code, detail, { ...details, hint });
}
