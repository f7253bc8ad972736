import { gunzipSync, gzipSync } from 'node:zlib';
import type { Params, ParamValue } from '../domain/parameter.ts';
import type { Snapshot, SnapshotHead } from '../service/ports/models.ts';
import type { Attributes } from './table.ts';

/**
 * Snapshots as items and back: a head that says what there is, and one compressed text cut into blobs. Params are kept
 * by position, and times as what they are later than the one before, since both make the text shorter.
 */

/** A reader that does not know a format leaves the snapshot alone. */
const format = 1;
const blobLengthMax = 350 * 1024;

interface Written {
  next: number;
  names: string[];
  numbers: number[];
  /** Milliseconds since the one before. */
  finished: number[];
  /** Null for an infeasible configuration. */
  values: (number | null)[];
  /** Those of the further objectives, where there are several; null for none. */
  further?: (number | null)[][];
  /** By position; null for an inactive parameter. */
  params: (ParamValue | null)[][];
  fitted: Snapshot['fitted'];
}

/** @returns the attributes of the head and the text of each blob. */
export function snapshotItems(
  names: readonly string[],
  snapshot: Snapshot,
  previous: number,
): { head: Attributes; blobs: string[] } {
  const { spaceVersion, engineVersion, next, settled, fitted } = snapshot;
  const written: Written = {
    next,
    names: [...names],
    numbers: settled.map(({ number }) => number),
    finished: settled.map(({ finishedMs }, i) => finishedMs - (settled[i - 1]?.finishedMs ?? 0)),
    values: settled.map(({ value }) => value ?? null),
    ...(settled.some(({ further }) => further) && {
      further: settled.map(({ further = [] }) => further.map((value) => (Number.isNaN(value) ? null : value))),
    }),
    params: settled.map(({ params }) => names.map((name) => (Object.hasOwn(params, name) ? params[name] : null))),
    fitted,
  };
  const text = gzipSync(JSON.stringify(written)).toString('base64');
  const blobs: string[] = [];
  for (let at = 0; at < text.length; at += blobLengthMax) blobs.push(text.slice(at, at + blobLengthMax));
  const head = { format, spaceVersion, engineVersion, covers: settled.length, previous };
  return { head: { ...head, blobs: blobs.length }, blobs };
}

export function headOf(attributes: Attributes): SnapshotHead | undefined {
  if (attributes.format !== format) return undefined;
  const { spaceVersion, engineVersion, covers, previous } = attributes as unknown as SnapshotHead;
  return { spaceVersion, engineVersion, covers, previous };
}

/** @param blobs all that were found. @returns undefined when some are missing. */
export function snapshotOf(head: Attributes, blobs: readonly string[]): Snapshot | undefined {
  const about = headOf(head);
  if (!about || blobs.length !== head.blobs) return undefined;
  const text = gunzipSync(Buffer.from(blobs.join(''), 'base64')).toString();
  const { next, names, numbers, finished, values, further, params, fitted } = JSON.parse(text) as Written;
  let finishedMs = 0;
  const settled = numbers.map((number, i) => ({
    number,
    params: paramsOf(names, params[i]),
    value: values[i] ?? undefined,
    ...(further && { further: further[i].map((value) => value ?? NaN) }),
    finishedMs: (finishedMs += finished[i]),
  }));
  return { spaceVersion: about.spaceVersion, engineVersion: about.engineVersion, next, settled, fitted };
}

function paramsOf(names: readonly string[], stored: readonly (ParamValue | null)[]): Params {
  const params: Params = {};
  stored.forEach((value, i) => {
    if (value !== null) params[names[i]] = value;
  });
  return params;
}
