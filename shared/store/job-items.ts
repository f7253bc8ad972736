import type { AttemptEnd, HeldSlot } from '../service/ports/jobs.ts';
import type { HeldJob } from '../service/ports/trials.ts';
import type { Attributes, AttributeValue } from './table.ts';

/** The job of a trial in the trial's own item, field by field, since conditions are on attributes. */
export function jobAttributes({ phase, slot, id, sinceMs }: HeldJob): Record<string, AttributeValue | undefined> {
  return { jobPhase: phase, jobSlot: slot, jobId: id, jobSinceMs: sinceMs };
}

export function jobOf({ jobPhase, jobSlot, jobId, jobSinceMs }: Attributes): HeldJob | undefined {
  if (jobPhase === undefined) return undefined;
  return { phase: jobPhase, slot: jobSlot, id: jobId, sinceMs: jobSinceMs } as HeldJob;
}

export function slotOf(attributes: Attributes): HeldSlot {
  return attributes as unknown as HeldSlot;
}

export function endAttributes(end: AttemptEnd, expiresAt: number): Attributes {
  return { ...end, expiresAt };
}

export function endOf(attributes: Attributes): AttemptEnd {
  const { expiresAt: _, ...end } = attributes;
  return end as unknown as AttemptEnd;
}
