import { keepsModel } from '../../domain/study.ts';
import { engineVersion } from '../../engine/engine-version.ts';
import { fitAhead, fittedCount } from '../../engine/fitted.ts';
import { againOnceDeleted } from '../again-once-deleted.ts';
import { spaceOfStudy } from '../find.ts';
import { readHistory, type Known } from './history.ts';
import type { SnapshotHead } from '../ports/models.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';

/**
 * Fits ahead of the asks and stores what came out, when there are so many more results that asks would have to fit
 * anew, and when a study has ended. Asks do not need it: what is stored is a function of the trials, and they work it
 * out where it is missing. So this may be late, fail or run twice.
 */

/** A fit that takes longer than that has died. */
const leaseMs = 60_000;
const roundCountMax = 3;
/** With fewer results there is no model. */
const resultCountMin = 2;

type StudyName = Pick<StudyRecord, 'tenant' | 'id'>;

/** What a look at a study found. */
interface Look {
  study: StudyRecord;
  known: Known;
  /** The stored model, 0 for none, and what it says about itself, if it is still there. */
  version: number;
  head: SnapshotHead | undefined;
}

/**
 * @param breathe resolves when others had their turn: between two of its resolutions a fit holds up its thread.
 * @returns whether results came in so fast that there is more to fit; somebody has to come again.
 */
export function refit(ports: Ports, study: StudyName, breathe: () => Promise<void>): Promise<boolean> {
  return againOnceDeleted(() => refitOnce(ports, study, breathe));
}

async function refitOnce(ports: Ports, { tenant, id }: StudyName, breathe: () => Promise<void>): Promise<boolean> {
  const look = async (): Promise<Look | undefined> => lookAt(ports, await ports.studies.find(tenant, id));
  const first = await look();
  if (!first || !isDue(first)) return false;
  const isLast = first.study.state === 'finished';
  return isLast ? fitLast(ports, first, look, breathe) : fitUnderLease(ports, first.study, look, breathe);
}

/** Who has the lease may have died, and after the last result nobody comes who would find that out: fits without it. */
async function fitLast(
  ports: Ports,
  first: Look,
  look: () => Promise<Look | undefined>,
  breathe: () => Promise<void>,
): Promise<boolean> {
  let found: Look | undefined = first;
  for (let round = 0; round < roundCountMax; round++) {
    await fit(ports, found, breathe);
    found = await look();
    if (!found || !isDue(found)) return false;
  }
  return true;
}

async function fitUnderLease(
  ports: Ports,
  study: StudyRecord,
  look: () => Promise<Look | undefined>,
  breathe: () => Promise<void>,
): Promise<boolean> {
  await ports.models.markDirty(study);
  const owner = ports.identifiers.ulid();
  const now = ports.clock.nowMs();
  let mark = await ports.models.takeLease(study, owner, now, now + leaseMs);
  try {
    for (let round = 0; mark !== undefined && round < roundCountMax; round++) {
      await breathe();
      const found = await look();
      if (found && isDue(found)) await fit(ports, found, breathe);
      mark = await ports.models.release(study, owner, mark);
    }
  } catch (error) {
    await ports.models.giveUp(study, owner).catch(() => undefined);
    throw error;
  }
  if (mark !== undefined) await ports.models.giveUp(study, owner);
  return mark !== undefined;
}

async function lookAt(ports: Ports, study: StudyRecord | undefined): Promise<Look | undefined> {
  if (!study || !keepsModel(study.spec)) return undefined;
  const counter = await ports.studies.counter(study);
  const version = counter.modelVersion;
  const known = await readHistory(ports, study, counter);
  return { study, known, version, head: version > 0 ? await ports.models.head(study, version) : undefined };
}

/** Compares what is stored with what is there, and trusts no mark. */
function isDue({ study, known, head }: Look): boolean {
  const count = known.observations.length;
  if (count < resultCountMin) return false;
  const isOfNow = head?.spaceVersion === study.spaceVersion && head.engineVersion === engineVersion;
  if (!head || !isOfNow) return true;
  if (study.state === 'finished') return head.covers < count;
  return fittedCount(head.covers) < fittedCount(count);
}

async function fit(ports: Ports, { study, known, version, head }: Look, breathe: () => Promise<void>): Promise<void> {
  const { observations, next } = known;
  const [objective, ...others] = study.spec.objectives;
  // Of several objectives each trial has a mixture of its own to fit: what is stored spares the reading.
  const fitted = others.length > 0 ? [] : fitAhead(spaceOfStudy(study), objective, observations);
  await breathe();
  const { spaceVersion } = study;
  const snapshot = { spaceVersion, engineVersion, next, settled: [...observations], fitted };
  const stored = await ports.models.store(study, version, snapshot);
  await breathe();
  const isPublished = await ports.models.publish(study, version, stored);
  // Whoever reads the one before may still be at it; nobody reads the one before that.
  if (isPublished && head && head.previous > 0) await ports.models.remove(study, head.previous);
}
