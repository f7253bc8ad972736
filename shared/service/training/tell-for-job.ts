import { messageLengthMax, type JobResult } from '../../api/messages.ts';
import { ServiceError, type RefusalCode } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { tell } from '../trials/tell.ts';

/** Somebody has told already, or the trial is not this attempt's any more. */
const moot = new Set<RefusalCode>(['result_conflict', 'trial_finished', 'lease_superseded']);

/** Tells what a job left behind, as the job itself would. @returns why it is no result, when it is none. */
export async function tellForJob(
  ports: Ports,
  study: StudyRecord,
  { number, attempt }: TrialRecord,
  result: JobResult,
): Promise<string | undefined> {
  const message = result.message?.slice(0, messageLengthMax);
  try {
    await tell(ports, {
      caller: { tenant: study.tenant, principal: 'training', scopes: ['write'] },
      operation: 'tell',
      path: { study: study.id, number: String(number) },
      query: {},
      body: { ...result, attempt, message },
      idempotencyKey: undefined,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (moot.has(error.code)) return undefined;
    if (error.code === 'value_invalid' || error.code === 'param_unknown') return error.message;
    throw error;
  }
}
