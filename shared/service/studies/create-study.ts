import { specBytesMax, type Study } from '../../api/messages.ts';
import { trialCountMax } from '../../domain/budget.ts';
import { capOf, newCounter } from '../../domain/counter.ts';
import { spaceOf } from '../../domain/space.ts';
import type { StudySpec } from '../../domain/study.ts';
import { millisecondsOf, rfc3339 } from '../../domain/time.ts';
import { admitStudy } from '../../engine/admit.ts';
import type { Call, Reply } from '../call.ts';
import { ServiceError } from '../errors.ts';
import { refuseFields } from '../fields.ts';
import {
  canonicalJson,
  findReplay,
  keyedRequest,
  receiptOf,
  replayOfRival,
  type KeyedRequest,
} from '../idempotency.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { countsOf, lookAt } from './settle-study.ts';
import { differences } from './spec-difference.ts';
import { admitTraining } from '../training/admit-training.ts';
import { nudge, watch } from '../training/nudge.ts';
import { studyView } from '../views.ts';

/** Creates a study, or opens the one that has the same name and spec. */
export async function createStudy(ports: Ports, call: Call<StudySpec>): Promise<Reply<Study>> {
  const spec = call.body;
  const keyed = keyedRequest(ports, call);
  const revive = (kept: string): Promise<Study> => reviveStudy(ports, call, JSON.parse(kept) as { id: string });
  const replay = await findReplay(ports, call, keyed, revive);
  if (replay) return replay;
  const known = await ports.studies.find(call.caller.tenant, spec.name);
  if (known) return openStudy(ports, known, spec, keyed);

  const configurations = admit(ports, spec);
  const study: StudyRecord = {
    tenant: call.caller.tenant,
    id: ports.identifiers.ulid(),
    spec,
    fingerprint: ports.hashes.sha256(canonicalJson(spec)),
    spaceVersion: 1,
    configurations,
    state: 'active',
    endReason: undefined,
    createdMs: ports.clock.nowMs(),
    endedMs: undefined,
    jobSecret: spec.training && ports.identifiers.secret(),
    trouble: undefined,
    resumedMs: undefined,
    deleted: undefined,
    revision: 1,
  };
  const counter = newCounter(capOf(spec.budget.trials, configurations, { attached: 0, confirmations: 0 }));
  const reply = { status: 201, body: studyView(study, counter, { waiting: 0, running: 0 }) };
  // Before it is there, so that there is no moment in which nobody looks after it.
  if (spec.training) await watch(ports, study);
  const outcome = await ports.studies.create(study, counter, receiptOf(keyed, reply.status, { id: study.id }));
  switch (outcome) {
    case 'created':
      await nudge(ports, study);
      return reply;
    case 'answered':
      return replayOfRival(ports, call, keyed!, revive);
    case 'taken': {
      const rival = await ports.studies.find(call.caller.tenant, spec.name);
      if (!rival)
        throw new ServiceError('unavailable', `Study ${spec.name} is being deleted.`, {
          retryAfterSeconds: 1,
          hint: `DELETE /v1/studies/${spec.name} goes on with it, should it have been interrupted.`,
        });
      return openStudy(ports, rival, spec, keyed);
    }
  }
}

/** Refuses what can be no new study. @returns how many configurations there are, as `admitSpec` does. */
function admit(ports: Ports, spec: StudySpec): number | undefined {
  requireStorable(spec);
  const configurations = admitSpec(spec);
  if (spec.training) admitTraining(ports, spec, spec.training);
  const { deadline } = spec.budget;
  const now = ports.clock.nowMs();
  if (deadline !== undefined && millisecondsOf(deadline) <= now) {
    const message = `must be later than now, ${rfc3339(now)}`;
    throw refuseFields('value_invalid', ['budget'], [{ path: ['deadline'], message, input: deadline }]);
  }
  return configurations;
}

/**
 * Refuses a spec that is too long once it is written out in full (100e18 is 21 digits): every ask reads it, and an item
 * of the store has an end.
 */
export function requireStorable(spec: StudySpec): void {
  const bytes = new TextEncoder().encode(JSON.stringify(spec)).length;
  if (bytes > specBytesMax) {
    throw new ServiceError(
      'too_large',
      `A study must have at most ${specBytesMax} bytes when it is written out; this one has ${bytes}.`,
      {
        hint: 'Shorten lists of values and choices.',
      },
    );
  }
}

/**
 * Checks what no single field can tell: constraints against the space, whether the sampler can work on it.
 * @returns how many configurations there are, where that limits the number of trials.
 */
export function admitSpec(spec: StudySpec): number | undefined {
  const space = spaceOf(spec.space, spec.constraints);
  if ('faults' in space) throw refuseFields('space_invalid', ['constraints'], space.faults);
  const admitted = admitStudy(space, spec.sampler);
  if ('faults' in admitted) throw refuseFields('space_invalid', [], admitted.faults);
  const isLimiting = !spec.allowDuplicates || spec.sampler.kind === 'grid';
  const { configurations } = admitted;
  // Far above every budget the exact count says nothing more.
  return isLimiting && configurations !== undefined && configurations < configurationCountMax
    ? Number(configurations)
    : undefined;
}

const configurationCountMax = 1_000 * trialCountMax;

async function reviveStudy(ports: Ports, { caller }: Call<unknown>, { id }: { id: string }): Promise<Study> {
  const study = await ports.studies.find(caller.tenant, id);
  if (!study) throw new ServiceError('study_not_found', 'The study that this request created has been deleted.');
  return present(ports, study);
}

async function openStudy(
  ports: Ports,
  study: StudyRecord,
  spec: StudySpec,
  keyed: KeyedRequest | undefined,
): Promise<Reply<Study>> {
  const isAsCreated = ports.hashes.sha256(canonicalJson(spec)) === study.fingerprint;
  const fields = isAsCreated ? [] : differences(study.spec, spec);
  if (fields.length > 0) {
    // What is wrong with it would be so under every name.
    admit(ports, spec);
    throw new ServiceError(
      'study_exists',
      `Study ${spec.name} exists with another spec; it differs in ${fields.map(({ param }) => param).join(', ')}.`,
      {
        errors: fields,
        hint: `Choose another name, or change the study with PATCH /v1/studies/${spec.name}.`,
      },
    );
  }
  const receipt = receiptOf(keyed, 200, { id: study.id });
  if (receipt) await ports.receipts.keep(study.tenant, receipt);
  return { status: 200, body: await present(ports, study) };
}

async function present(ports: Ports, found: StudyRecord): Promise<Study> {
  const { study, counter, open } = await lookAt(ports, found);
  return studyView(study, counter, countsOf(open));
}
