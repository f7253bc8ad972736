import assert from 'node:assert/strict';
import { isObjectKey } from '../../../shared/domain/object-key.ts';
import { assertWithin } from '../../../shared/jobs/message-limits.ts';
import {
  objectBytesMax,
  type ObjectHead,
  type Objects,
  type StoredObject,
} from '../../../shared/service/ports/objects.ts';

/** Objects as they are inside of their engine. */
export interface MemoryObjects {
  put(key: string, body: string): void;
  /** As a job writes, past the port. */
  write(key: string, body: Uint8Array): void;
  get(key: string): StoredObject | undefined;
  head(key: string): ObjectHead | undefined;
  removeFolder(key: string): void;
  uri(key: string): string;
  /** Every key that there is. */
  keys(): string[];
}

export function newMemoryObjects(nowMs: () => number): MemoryObjects {
  const stored = new Map<string, { body: Uint8Array; modifiedMs: number }>();
  const named = (key: string): string => {
    assert(isObjectKey(key), `an object's key must be parts of letters, digits, ".", "_" and "-"; got ${key}`);
    return key;
  };
  const write = (key: string, body: Uint8Array): void =>
    void stored.set(named(key), { body, modifiedMs: Math.floor(nowMs()) });
  return {
    put: (key, body) => {
      assertWithin('the bytes of an object', Buffer.byteLength(body), 0, objectBytesMax);
      write(key, Buffer.from(body));
    },
    write,
    get: (key) => {
      const found = stored.get(named(key));
      if (!found) return undefined;
      const bytes = found.body.byteLength;
      if (bytes > objectBytesMax) return { kind: 'tooLarge', bytes };
      return { kind: 'text', body: Buffer.from(found.body).toString() };
    },
    head: (key) => {
      const found = stored.get(named(key));
      return found && { bytes: found.body.byteLength, modifiedMs: found.modifiedMs };
    },
    removeFolder: (key) => {
      const inside = `${named(key)}/`;
      for (const one of stored.keys()) if (one.startsWith(inside)) stored.delete(one);
    },
    uri: (key) => `memory:///${named(key)}`,
    keys: () => [...stored.keys()],
  };
}

/** The objects as the port, on an engine that is always there. */
export function asObjects({ put, get, head, removeFolder, uri }: MemoryObjects): Objects {
  return {
    put: async (key, body) => put(key, body),
    get: async (key) => get(key),
    head: async (key) => head(key),
    removeFolder: async (key) => removeFolder(key),
    prepare: async () => undefined,
    uri,
    close: async () => undefined,
  };
}
