import { JobResult } from '../../api/messages.ts';
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
  if (object) return resultOf(object.body) ?? { fault: faultOf(object.body) };
  if (job.end.kind !== 'succeeded') return undefined;
  const line = await runner.lastLine(job.id);
  return line === undefined ? undefined : resultOf(line);
}

/** @returns undefined for a text that is no result. */
export function resultOf(text: string): FoundResult | undefined {
  const json = readJson(text);
  if (json === null || typeof json !== 'object' || !('values' in json || 'state' in json)) return undefined;
  const parsed = JobResult.safeParse(json);
  return parsed.success ? { result: parsed.data } : { fault: faultOf(text) };
}

function faultOf(text: string): string {
  return `The result must be like {"values": {"loss": 0.3}}; got ${text.slice(0, 100)}.`;
}

/** Python writes NaN and Infinity bare; they are read as words, as in requests. */
function readJson(text: string): unknown {
  const readable = text.replace(/("(?:[^"\\]|\\.)*")|(-?Infinity|NaN)\b/g, (_, string: string | undefined, bare) =>
    string === undefined ? `"${bare}"` : string,
  );
  try {
    return JSON.parse(readable);
  } catch {
    return null;
  }
}
