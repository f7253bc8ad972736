import type { AskReason, AskRequest, AskResponse } from '../../api/messages.ts';
import { parallelMax } from '../../domain/budget.ts';
import type { Params } from '../../domain/parameter.ts';
import { paramsKey } from '../../domain/params.ts';
import { blankTrial } from './blank-trial.ts';
import { keptOf, reviveAsk } from './ask-receipt.ts';
import type { Call, Reply } from '../call.ts';
import { chooseAgain, chooserFor, type Choice } from './choose.ts';
import { ServiceError } from '../errors.ts';
import { findStudy, spaceOfStudy } from '../find.ts';
import { checkFixed } from './fixed.ts';
import { findReplay, keyedRequest, receiptOf, replayOfRival, type KeyedRequest } from '../idempotency.ts';
import { timeLimitOf } from '../model/time-limit.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { AskCommit, HistoryMarks, TrialChange, TrialRecord } from '../ports/trials.ts';
import { putBack } from './put-back.ts';
import {
  countsOf,
  failExpired,
  isExpired,
  isPastDeadline,
  isShortOfConfigurations,
  settleStudy,
} from '../studies/settle-study.ts';
import { trialView } from '../views.ts';

/** How often an ask starts over because others were faster; each round something was given to somebody. */
const roundCountMax = 40;
const retrySeconds = 2;

/** A number taken out of the budget, with what is to be tried under it. */
interface Held {
  number: number;
  choice: Choice;
  /** How many choices turned out to be other trials' params. */
  refused: number;
}

/** Gives out the next trials: waiting and abandoned ones first, then new ones out of the budget. */
export async function ask(ports: Ports, call: Call<AskRequest>): Promise<Reply<AskResponse>> {
  const keyed = keyedRequest(ports, call);
  const finding = findStudy(ports, call);
  const revive = async (kept: string): Promise<AskResponse> => reviveAsk(ports, await finding)(kept);
  const [found, replay] = await Promise.all([finding, findReplay(ports, call, keyed, revive)]);
  if (replay) return replay;
  const fixed = fixedFor(found, call.body.fixed);
  if (found.spec.training) return nothing('managed');
  const study = isPastDeadline(found, ports.clock.nowMs()) ? (await settleStudy(ports, found)).study : found;
  if (study.state !== 'active') return nothing(study.state === 'paused' ? 'paused' : 'finished');
  return new Asking(ports, call, keyed, study, fixed).answer();
}

/**
 * What managed training gives out: a trial for each of the places, as far as there are any. The trials and the places
 * are taken in one transaction.
 */
export async function giveToJobs(ports: Ports, study: StudyRecord, slots: readonly number[]): Promise<AskResponse> {
  const call: Call<AskRequest> = {
    caller: { tenant: study.tenant, principal: 'training', scopes: ['write'] },
    operation: 'ask',
    path: { study: study.id },
    query: {},
    body: { count: slots.length, fixed: {} },
    idempotencyKey: undefined,
  };
  return (await new Asking(ports, call, undefined, study, {}, slots).answer()).body;
}

/** One ask on its way: what it holds, and the rounds it takes to commit it. */
class Asking {
  readonly #ports: Ports;
  readonly #call: Call<AskRequest>;
  readonly #keyed: KeyedRequest | undefined;
  readonly #study: StudyRecord;
  readonly #fixed: Params;
  readonly #begin: ReturnType<typeof timeLimitOf>;
  #held: Held[] = [];
  #reason: AskReason | undefined;
  /** No more numbers shall be asked for. */
  #isCapped = false;
  /** How many waiting trials may be started within the parallel limit. */
  #waitingMax = Infinity;
  /** For managed training: the places that are still to be filled. */
  #slots: readonly number[] | undefined;
  /** Trials that the index still offered after they were gone, by number and attempt. */
  readonly #gone = new Set<string>();

  constructor(
    ports: Ports,
    call: Call<AskRequest>,
    keyed: KeyedRequest | undefined,
    study: StudyRecord,
    fixed: Params,
    slots?: readonly number[],
  ) {
    this.#ports = ports;
    this.#call = call;
    this.#keyed = keyed;
    this.#study = study;
    this.#fixed = fixed;
    this.#begin = timeLimitOf(ports);
    this.#slots = slots;
  }

  get #count(): number {
    return this.#slots?.length ?? this.#call.body.count;
  }

  async answer(): Promise<Reply<AskResponse>> {
    for (let round = 0; round < roundCountMax; round++) {
      const claimable = await this.#claimable();
      await this.#takeNumbers(this.#count - claimable.length - this.#held.length);
      if (claimable.length + this.#held.length === 0) {
        if (this.#isWorthRetrying && (await this.#healed())) continue;
        return nothing(this.#reason!, this.#isWorthRetrying ? retrySeconds : undefined);
      }
      const answered = await this.#commit(claimable);
      if (answered) return answered;
    }
    throw new ServiceError('unavailable', `Study ${this.#study.spec.name} is asked by too many at once.`, {
      retryAfterSeconds: 1,
    });
  }

  get #isWorthRetrying(): boolean {
    return this.#reason === 'budget_spent' || this.#reason === 'parallel_limit';
  }

  /** Trials to take over; those that machines have failed often enough are ended instead. */
  async #claimable(): Promise<TrialRecord[]> {
    const wanted = this.#count - this.#held.length;
    // A request for fixed values is not served by a trial that has others.
    if (wanted === 0 || Object.keys(this.#fixed).length > 0) return [];
    const now = this.#ports.clock.nowMs();
    const limit = wanted + this.#gone.size;
    // Where no more may be started, what waits must not hide what is running and abandoned.
    const found = await this.#ports.trials.claimable(this.#study, now, limit, this.#waitingMax > 0);
    const claimable: TrialRecord[] = [];
    // A number that this ask was too slow with, and that was put back meanwhile: the commit will say so.
    const held = new Set(this.#held.map(({ number }) => number));
    let waiting = 0;
    for (const trial of found) {
      if (claimable.length === wanted || this.#gone.has(placeOf(trial)) || held.has(trial.number)) continue;
      if (trial.job && trial.job.phase !== 'ended') {
        this.#gone.add(placeOf(trial));
        continue;
      }
      if (isExpired(trial, now) && trial.failures + 1 >= this.#study.spec.lease.attempts) {
        await failExpired(this.#ports, this.#study, trial, now);
        this.#gone.add(placeOf(trial));
      } else if (trial.state === 'running' || waiting++ < this.#waitingMax) claimable.push(trial);
    }
    return claimable;
  }

  async #takeNumbers(wanted: number): Promise<void> {
    if (wanted <= 0 || this.#isCapped) return;
    const { numbers, limit, marks } = await this.#ports.trials.allocate(this.#study, wanted);
    if (limit) {
      this.#isCapped = true;
      this.#reason = (
        { budget: 'budget_spent', parallel: 'parallel_limit', paused: 'paused', closed: 'finished' } as const
      )[limit];
    }
    if (numbers.length > 0) await this.#choose(numbers, marks);
  }

  /** What is to be tried under numbers, each knowing those before it. */
  async #choose(numbers: readonly number[], marks?: HistoryMarks): Promise<void> {
    const choose = await chooserFor(this.#ports, this.#study, marks, this.#begin);
    for (const number of numbers) {
      const reserved = new Map(this.#held.map((held) => [held.number, held.choice.params]));
      const choice = choose(number, this.#fixed, reserved);
      if (choice) await this.#hold({ number, choice, refused: 0 });
      else await this.#giveUp(number);
    }
  }

  /** Nothing more to take: perhaps numbers were lost and can be given out again, perhaps the study has ended. */
  async #healed(): Promise<boolean> {
    const { study, counter, open, healed } = await settleStudy(this.#ports, this.#study);
    if (healed > 0) return true;
    if (study.state === 'finished') this.#reason = 'finished';
    else if (isShortOfConfigurations(study, counter) && open.running.length + open.missing.length === 0) {
      this.#reason = 'exhausted';
    }
    return false;
  }

  async #commit(claimable: TrialRecord[]): Promise<Reply<AskResponse> | undefined> {
    const { worker, leaseSeconds } = this.#call.body;
    const count = this.#count;
    const now = this.#ports.clock.nowMs();
    const seconds = leaseSeconds ?? this.#study.spec.lease.seconds;
    const given: TrialChange = {
      state: 'running',
      worker,
      leaseUntilMs: now + seconds * 1000,
      leaseSeconds,
      askedMs: now,
      message: undefined,
      lastReport: undefined,
    };
    const slots = this.#slots?.slice(0, claimable.length + this.#held.length);
    const givenAt = (i: number): TrialChange => (slots ? { ...given, ...heldByJob(slots[i], now) } : given);
    const claims = claimable.map((from, i) => ({ from, change: claimChange(from, givenAt(i)) }));
    const puts = this.#held.map((held, i) => newTrial(held, givenAt(claims.length + i)));
    const trials = [...claims.map(({ from, change }) => ({ ...from, ...change })), ...puts].map((trial) =>
      trialView(this.#study, trial),
    );
    const body: AskResponse = { trials, granted: trials.length };
    if (trials.length < count) {
      body.reason = this.#reason ?? 'parallel_limit';
      body.retryAfterSeconds = retrySeconds;
    }
    const reply = { status: 200, body };
    const commit: AskCommit = {
      claims,
      puts,
      receipt: receiptOf(this.#keyed, reply.status, keptOf(reply.body)),
      ...(slots && { slots }),
    };
    const refusal = await this.#ports.trials.commitAsk(this.#study, commit);
    if (!refusal) return reply;
    if (refusal.answered) {
      for (const { number } of this.#held) await putBack(this.#ports, this.#study, number);
      return replayOfRival(this.#ports, this.#call, this.#keyed!, reviveAsk(this.#ports, this.#study));
    }
    for (const i of refusal.claimsLost) this.#gone.add(placeOf(claimable[i]));
    if (refusal.limitReached) await this.#countRunning();
    await this.#replace(refusal.numbersLost, refusal.duplicates);
    await this.#giveUpSlots(refusal.slotsLost);
    return undefined;
  }

  /** Somebody else fills these places; numbers that have none left go to whoever comes next. */
  async #giveUpSlots(lost: readonly number[]): Promise<void> {
    if (lost.length === 0) return;
    this.#slots = this.#slots!.filter((slot) => !lost.includes(slot));
    this.#isCapped = true;
    this.#reason = 'parallel_limit';
    for (const { number } of this.#held.splice(this.#slots.length)) await putBack(this.#ports, this.#study, number);
  }

  /** The count of running trials is an upper bound; at the limit it is set right by looking. */
  async #countRunning(): Promise<void> {
    const counter = await this.#ports.studies.counter(this.#study);
    const open = await this.#ports.trials.open(this.#study, counter);
    const room = (this.#study.spec.budget.parallel ?? parallelMax) - countsOf(open).running;
    if (room > 0) await this.#ports.trials.moveFrontier(this.#study, counter, open, this.#ports.clock.nowMs());
    else {
      this.#reason = ({ open: 'parallel_limit', paused: 'paused', closed: 'finished' } as const)[counter.phase];
      this.#isCapped = true;
    }
    this.#waitingMax = Math.max(0, room);
  }

  /**
   * Lost numbers are dropped, taken params replaced; what the model chose after them believed them to be tried, and is
   * chosen anew.
   */
  async #replace(numbersLost: number[], duplicates: number[]): Promise<void> {
    const held = this.#held;
    const isGone = (i: number): boolean => numbersLost.includes(i) || duplicates.includes(i);
    const firstGone = Math.min(...numbersLost, ...duplicates);
    const isMisled = ({ choice }: Held, i: number): boolean =>
      i > firstGone && !isGone(i) && choice.suggestion.sampler === 'gp';
    this.#held = held.filter((one, i) => !isGone(i) && !isMisled(one, i));
    for (const i of duplicates) if (!numbersLost.includes(i)) await this.#hold(held[i], true);
    const misled = held.filter(isMisled).map(({ number }) => number);
    if (misled.length > 0) await this.#choose(misled);
  }

  /** Keeps a number for the commit, with params that no other number of this ask has. */
  async #hold(held: Held, isTaken = false): Promise<void> {
    const reserved = new Set(
      this.#study.spec.allowDuplicates ? [] : this.#held.map(({ choice }) => paramsKey(choice.params)),
    );
    let { choice, refused } = held;
    while (isTaken || reserved.has(paramsKey(choice.params))) {
      isTaken = false;
      const next = await chooseAgain(this.#ports, this.#study, held.number, this.#fixed, choice, ++refused, reserved);
      if (!next) return this.#giveUp(held.number);
      choice = next;
    }
    this.#held.push({ number: held.number, choice, refused });
  }

  /** Nothing is left to try for this ask: the number goes to somebody else. */
  async #giveUp(number: number): Promise<void> {
    this.#isCapped = true;
    this.#reason = 'exhausted';
    await putBack(this.#ports, this.#study, number);
  }
}

function placeOf({ number, attempt }: TrialRecord): string {
  return `${number}@${attempt}`;
}

function claimChange(from: TrialRecord, given: TrialChange): TrialChange {
  return { ...given, attempt: from.attempt + 1, failures: from.failures + (from.state === 'running' ? 1 : 0) };
}

function newTrial({ number, choice }: Held, given: TrialChange): TrialRecord {
  return { ...blankTrial(number), ...choice, ...given, attempt: 1 };
}

/** A job has no lease: what becomes of the trial is decided when it has ended. */
function heldByJob(slot: number, now: number): TrialChange {
  return { leaseUntilMs: endlessMs, job: { phase: 'queued', slot, id: undefined, sinceMs: now } };
}

/** As long as times in the index can be. */
const endlessMs = 999_999_999_999_999;

function nothing(reason: AskReason, retryAfterSeconds?: number): Reply<AskResponse> {
  return { status: 200, body: { trials: [], granted: 0, reason, ...(retryAfterSeconds && { retryAfterSeconds }) } };
}

function fixedFor(study: StudyRecord, fixed: Params): Params {
  if (Object.keys(fixed).length === 0) return fixed;
  if (study.spec.sampler.kind === 'grid') {
    throw new ServiceError(
      'value_invalid',
      'fixed must be left out, because the grid sampler gives every cell exactly once.',
      {
        param: 'fixed',
        hint: 'Use another sampler, or a study of its own for the part that you want to fix.',
      },
    );
  }
  return checkFixed(spaceOfStudy(study), fixed);
}
