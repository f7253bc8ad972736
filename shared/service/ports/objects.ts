/**
 * Small texts under keys (`isObjectKey`), which jobs write and the service reads: results above all. Adapters: folder-objects,
 * s3-objects; one contract suite (test/contract/objects.ts) holds both to the same behaviour.
 *
 * A put is atomic: a reader sees the text before or after it, never a part. A get sees every put that was answered.
 * Every method throws `JobsUnavailable` when the engine cannot answer.
 */
export interface Objects {
  put(key: string, body: string): Promise<void>;
  get(key: string): Promise<StoredObject | undefined>;
  head(key: string): Promise<ObjectHead | undefined>;
  /** Makes the place of an object that a job is going to write by itself. */
  prepare(key: string): Promise<void>;
  /**
   * Removes everything whose key has this one before a `/`. It may be done again after it has died in its midst; what is
   * put meanwhile may stay.
   */
  removeFolder(key: string): Promise<void>;
  /** Where a job finds the object, or a folder of objects: `s3://…` or `file:///…`. */
  uri(key: string): string;
  close(): Promise<void>;
}

/** Jobs write objects past this port, so one can be too large to be read. */
export type StoredObject = { kind: 'text'; body: string } | { kind: 'tooLarge'; bytes: number };

export interface ObjectHead {
  bytes: number;
  modifiedMs: number;
}

/** The most that `put` takes and `get` reads. */
export const objectBytesMax = 256 * 1024;
