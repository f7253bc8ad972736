import { JobResult } from '../../api/messages.ts';
import { printedResult, resultExample } from '../../api/printed-result.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import type { Job } from '../ports/job-runner.ts';
import { resultKey } from './job-order.ts';

/** A result that a job left behind, or why what it left is none. */
export type FoundResult = { result: JobResult } | { fault: string };

/**
 * The result that a job left as an object, or else as its last line if it ended well. What it told is in the trial
 * already. @returns undefined when it left none.
 */
export async function findResult(
  ports: Ports,
  study: StudyRecord,
  trial: TrialRecord,
  job: Job & { state: 'ended' },
): Promise<FoundResult | undefined> {
  const { objects, runner } = ports.training!;
  const object = await objects.get(resultKey(study, trial));
  if (object?.kind === 'tooLarge') return { fault: `The result must be small; the object has ${object.bytes} bytes.` };
  if (object) return resultOf(object.body, study) ?? { fault: faultOf(object.body, metricsOf(study)) };
  if (job.end.kind !== 'succeeded') return undefined;
  const line = await runner.lastLine(job.id);
  return line === undefined ? undefined : resultOf(line, study);
}

/** @returns undefined for a text that is no result. */
function resultOf(text: string, study: StudyRecord): FoundResult | undefined {
  const metrics = metricsOf(study);
  const found = printedResult(text, metrics);
  if (found === undefined) return undefined;
  const parsed = JobResult.safeParse(found);
  return parsed.success ? { result: parsed.data } : { fault: faultOf(text, metrics) };
}

export function metricsOf({ spec }: Pick<StudyRecord, 'spec'>): string[] {
  return spec.objectives.map(({ metric }) => metric);
}

function faultOf(text: string, metrics: readonly string[]): string {
  return `The result must be like ${resultExample(metrics)}; got ${text.slice(0, 100)}.`;
}
