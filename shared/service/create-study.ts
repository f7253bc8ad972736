import type { Study } from '../api/messages.ts';
import { trialCountMax } from '../domain/budget.ts';
import { capOf, newCounter } from '../domain/counter.ts';
import { spaceOf } from '../domain/space.ts';
import type { StudySpec } from '../domain/study.ts';
import { admitStudy } from '../engine/admit.ts';
import type { Call, Reply } from './call.ts';
import { ServiceError } from './errors.ts';
import { refuseFields } from './fields.ts';
import { canonicalJson, findReplay, keyedRequest, receiptOf, replayOfRival } from './idempotency.ts';
import type { Ports, StudyRecord } from './ports.ts';
import { countsOf, findOpen } from './settle-study.ts';
import { differences } from './spec-difference.ts';
import { studyView } from './views.ts';

/** Creates a study, or opens the one that has the same name and spec. */
export async function createStudy(ports: Ports, call: Call<StudySpec>): Promise<Reply<Study>> {
  const spec = call.body;
  const keyed = keyedRequest(ports, call);
  const replay = await findReplay<Study>(ports, call, keyed);
  if (replay) return replay;
  const known = await ports.studies.find(call.caller.tenant, spec.name);
  if (known) return openStudy(ports, known, spec);

  const configurations = admitSpec(spec);
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
    revision: 1,
  };
  const counter = newCounter(capOf(spec.budget.trials, configurations, { attached: 0, confirmations: 0 }));
  const reply = { status: 201, body: studyView(study, counter, { waiting: 0, running: 0 }) };
  const outcome = await ports.studies.create(study, counter, receiptOf(keyed, reply));
  switch (outcome) {
    case 'created':
      return reply;
    case 'answered':
      return replayOfRival(ports, call, keyed!);
    case 'taken': {
      const rival = await ports.studies.find(call.caller.tenant, spec.name);
      if (!rival)
        throw new ServiceError('unavailable', `Study ${spec.name} is being deleted.`, { retryAfterSeconds: 1 });
      return openStudy(ports, rival, spec);
    }
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

async function openStudy(ports: Ports, study: StudyRecord, spec: StudySpec): Promise<Reply<Study>> {
  const isAsCreated = ports.hashes.sha256(canonicalJson(spec)) === study.fingerprint;
  const fields = isAsCreated ? [] : differences(study.spec, spec);
  if (fields.length > 0) {
    throw new ServiceError(
      'study_exists',
      `Study ${spec.name} exists with another spec; it differs in ${fields.map(({ param }) => param).join(', ')}.`,
      {
        errors: fields,
        hint: `Choose another name, or change the study with PATCH /v1/studies/${spec.name}.`,
      },
    );
  }
  const { counter, open } = await findOpen(ports, study);
  return { status: 200, body: studyView(study, counter, countsOf(open)) };
}
