import type { EnqueuedTrial, EnqueueRequest, EnqueueResponse } from '../../api/messages.ts';
import { capOf, type Counter } from '../../domain/counter.ts';
import type { Params } from '../../domain/parameter.ts';
import { checkParams, paramsKey } from '../../domain/params.ts';
import { keepsModel } from '../../domain/study.ts';
import type { Trial } from '../../domain/trial.ts';
import { admitParams } from '../../engine/admit.ts';
import { keptAddition, reviveAddition, type KeptAddition } from './added-receipt.ts';
import { blankTrial } from './blank-trial.ts';
import type { Call, Reply } from '../call.ts';
import { duplicateOf, inOrder, type Duplicate } from './duplicate.ts';
import { askedByMany } from '../contention.ts';
import { ServiceError } from '../errors.ts';
import { refuseFields, refuseParams } from '../fields.ts';
import { findStudy, spaceOfStudy } from '../find.ts';
import { canonicalJson, findReplay, keyedRequest, receiptOf, replayOfRival } from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import type { Receipt } from '../ports/receipts.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { asOf, closed } from '../studies/study-end.ts';
import { requireTrialCount } from '../trial-count.ts';
import { readTold } from './told-values.ts';
import { trialView } from '../views.ts';

const tryCountMax = 40;
/** Trial and guard of each, the counter and a receipt have to fit into one transaction. */
const chunkLength = 45;

/** One entry, checked: params canonical, and a result where it brings one. */
interface Entry {
  index: number;
  params: Params;
  result: Pick<TrialRecord, 'state' | 'values' | 'message' | 'resultHash' | 'finishedMs'> | undefined;
}

/**
 * Takes params to be tried first, or results that were found elsewhere. The former cost budget when they are given out,
 * so they take it now; the latter do not. Entries whose params a trial or an earlier entry has are named and left out,
 * which makes sending the same entries again harmless.
 */
export async function enqueue(ports: Ports, call: Call<EnqueueRequest>): Promise<Reply<EnqueueResponse>> {
  const study = await findStudy(ports, call);
  const keyed = keyedRequest(ports, call);
  const revive = async (text: string): Promise<EnqueueResponse> => {
    const kept = JSON.parse(text) as KeptAddition;
    return { trials: await reviveAddition(ports, study, kept), duplicates: kept.duplicates };
  };
  const replay = await findReplay(ports, call, keyed, revive);
  if (replay) return replay;
  requireOpen(ports, study);
  const entries = call.body.trials.map((entry, index) => checkEntry(ports, study, entry, index));
  const body: EnqueueResponse = { trials: [], duplicates: [] };
  for (let at = 0; at < entries.length; at += chunkLength) {
    const chunk = entries.slice(at, at + chunkLength);
    const isLast = at + chunkLength >= entries.length;
    const receiptFor = (trials: Trial[], duplicates = body.duplicates): Receipt | undefined =>
      isLast ? receiptOf(keyed, 201, keptAddition(trials, duplicates)) : undefined;
    const outcome = await addChunk(ports, call, study, chunk, body, receiptFor);
    if (outcome === 'answered') return replayOfRival(ports, call, keyed!, revive);
    const receipt = outcome === 'nothing' ? receiptFor(body.trials) : undefined;
    // All that it brings is there: perhaps because the same request has brought it at the same time.
    if (receipt && !(await ports.receipts.keep(study.tenant, receipt)))
      return replayOfRival(ports, call, keyed!, revive);
  }
  if (keepsModel(study.spec) && entries.some(({ result }) => result)) ports.onResults(study);
  return { status: 201, body };
}

/** Adds one chunk to the study and to the answer. @returns `answered` when the request turned out to be so already. */
async function addChunk(
  ports: Ports,
  call: Call<EnqueueRequest>,
  study: StudyRecord,
  chunk: Entry[],
  body: EnqueueResponse,
  receiptFor: (trials: Trial[], duplicates: Duplicate[]) => Receipt | undefined,
): Promise<'added' | 'nothing' | 'answered'> {
  let entries = study.spec.allowDuplicates ? chunk : await withoutDuplicates(ports, study, chunk, body);
  for (let tried = 0; tried < tryCountMax; tried++) {
    if (entries.length === 0) return 'nothing';
    const counter = await ports.studies.counter(study);
    if (counter.phase === 'closed') requireOpen(ports, await findStudy(ports, call));
    const firsts = study.spec.allowDuplicates ? entries : firstOfEach(entries);
    const attached = firsts.filter(({ result }) => result !== undefined).length;
    const raise = raiseFor(study, counter, attached);
    requireRoom(study, counter, firsts.length, raise);
    const trials = firsts.map((entry, i) => trialOf(ports, counter.nextNumber + i, entry));
    const added = [...body.trials, ...trials.map((trial) => trialView(study, trial))];
    const duplicates = inOrder([...body.duplicates, ...repeatsAmong(entries, firsts, trials)]);
    const addition = { raise, attached, confirmations: 0, trials };
    const outcome = await ports.trials.add(study, counter, addition, receiptFor(added, duplicates));
    if (outcome === 'added') Object.assign(body, { trials: added, duplicates });
    if (outcome === 'added' || outcome === 'answered') return outcome;
    if (outcome !== 'stale') entries = await withoutDuplicates(ports, study, entries, body);
  }
  throw askedByMany(study.spec.name);
}

/** Leaves out entries whose params a trial has, and names them in the answer. */
async function withoutDuplicates(
  ports: Ports,
  study: StudyRecord,
  entries: Entry[],
  body: EnqueueResponse,
): Promise<Entry[]> {
  const holders = await Promise.all(
    entries.map(async ({ params, result }) => {
      const number = await ports.trials.holderOf(study, params);
      // Only who brings a result has to know how the trial is.
      return { number, trial: number !== undefined && result ? await ports.trials.get(study, number) : undefined };
    }),
  );
  const found = entries.flatMap((entry, i) => {
    const { number, trial } = holders[i];
    return number === undefined ? [] : [duplicateOf(entry.index, number, entry.result && trial)];
  });
  body.duplicates = inOrder([...body.duplicates, ...found]);
  return entries.filter((_, i) => holders[i].number === undefined);
}

function firstOfEach(entries: Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ params }) => {
    const key = paramsKey(params);
    return seen.size < seen.add(key).size;
  });
}

/** The entries that are no first of their params, by the trials which those became. */
function repeatsAmong(entries: Entry[], firsts: Entry[], trials: TrialRecord[]): Duplicate[] {
  const added = new Map(trials.map((trial) => [paramsKey(trial.params), trial]));
  return entries
    .filter((entry) => !firsts.includes(entry))
    .map((entry) => {
      const trial = added.get(paramsKey(entry.params))!;
      return duplicateOf(entry.index, trial.number, entry.result && trial);
    });
}

/** Refuses trials for a study that has ended. */
function requireOpen(ports: Ports, stored: StudyRecord): void {
  const study = asOf(stored, ports.clock.nowMs());
  if (study.state === 'stopping' || study.state === 'finished') throw closed(study, 'takes no more trials');
}

function raiseFor(study: StudyRecord, counter: Counter, attached: number): number {
  return (
    capOf(study.spec.budget.trials, study.configurations, { ...counter, attached: counter.attached + attached }) -
    counter.cap
  );
}

function requireRoom(study: StudyRecord, counter: Counter, count: number, raise: number): void {
  if (raise > 0) requireTrialCount(study, counter.cap + raise);
  if (count - raise > counter.left) {
    throw new ServiceError(
      'value_invalid',
      `trials must have at most ${counter.left + raise} entries, because that is what is left of the budget; got ${count}.`,
      {
        param: 'trials',
        hint: `PATCH /v1/studies/${study.spec.name} with a larger budget.trials first.`,
      },
    );
  }
}

function checkEntry(ports: Ports, study: StudyRecord, entry: EnqueuedTrial, index: number): Entry {
  const space = spaceOfStudy(study);
  const path = ['trials', index, 'params'];
  const hasResult = entry.values !== undefined || entry.state !== undefined;
  const checked = checkParams(space, entry.params, hasResult ? 'refuse' : 'default');
  if ('faults' in checked) throw refuseParams(space, path, checked.faults);
  const admitted = admitParams(space, study.spec.sampler, checked.params);
  if ('refusal' in admitted) {
    throw refuseFields('value_invalid', path, [{ path: [], message: admitted.refusal, input: checked.params }]);
  }
  return { index, params: admitted.params, result: hasResult ? resultOf(ports, study, entry, index) : undefined };
}

function resultOf(ports: Ports, study: StudyRecord, entry: EnqueuedTrial, index: number): Entry['result'] {
  const finishedMs = ports.clock.nowMs();
  const told = entry.values && readTold(study, entry.values, ['trials', index, 'values']);
  const said = entry.state ?? 'complete';
  const state = said === 'complete' && told?.notFinite ? 'infeasible' : said;
  if (state === 'complete' && !told) {
    throw refuseFields(
      'value_invalid',
      ['trials', index],
      [{ path: ['values'], message: 'must be given for a complete trial', input: undefined }],
    );
  }
  const keepsValues = (state === 'complete' || state === 'pruned') && !told?.notFinite;
  const values = keepsValues ? told?.values : undefined;
  const message = entry.message ?? told?.notFinite ?? (values && told?.leftOut);
  const resultHash = ports.hashes.sha256(canonicalJson({ state, values, message }));
  return { state, values, message, resultHash, finishedMs };
}

function trialOf(ports: Ports, number: number, { params, result }: Entry): TrialRecord {
  const blank = blankTrial(number);
  if (!result) return { ...blank, params, origin: 'enqueued' };
  return { ...blank, ...result, params, origin: 'attached', attempt: 1, askedMs: ports.clock.nowMs() };
}
