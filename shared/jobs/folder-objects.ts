import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isObjectKey } from '../domain/object-key.ts';
import { JobsUnavailable } from '../service/ports/job-errors.ts';
import { objectBytesMax, type Objects, type StoredObject } from '../service/ports/objects.ts';
import { closeToOthers } from '../store/private-folder.ts';
import { assertWithin } from './message-limits.ts';

/** The port on the files of a folder, for its owner alone. A put is flushed to the disk before it is answered. */
export function openFolderObjects(folder: string): Objects {
  const root = resolve(folder);
  closeToOthers(root);

  function pathOf(key: string): string {
    assert(isObjectKey(key), `an object's key must be parts of letters, digits, ".", "_" and "-"; got ${key}`);
    return join(root, key);
  }

  async function put(key: string, body: string): Promise<void> {
    assertWithin('the bytes of an object', Buffer.byteLength(body), 0, objectBytesMax);
    const path = pathOf(key);
    await makeParent(path);
    // No key has this name, so nobody reads it.
    const written = join(dirname(path), `~${randomUUID()}`);
    try {
      const file = await open(written, 'wx');
      try {
        await file.writeFile(body);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(written, path);
    } catch (error) {
      await rm(written, { force: true });
      throw error;
    }
  }

  async function get(key: string): Promise<StoredObject | undefined> {
    const file = await open(pathOf(key), 'r');
    try {
      const { size } = await file.stat();
      if (size > objectBytesMax) return { kind: 'tooLarge', bytes: size };
      // What is appended meanwhile is not read.
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
      return { kind: 'text', body: buffer.toString('utf8', 0, bytesRead) };
    } finally {
      await file.close();
    }
  }

  async function removeFolder(key: string): Promise<void> {
    const path = pathOf(key);
    // A job that still writes makes files in folders that are being removed.
    if ((await lstat(path)).isDirectory())
      await rm(path, { recursive: true, force: true, maxRetries: removeTryCountMax });
  }

  return {
    put: (key, body) => put(key, body).catch(unavailable),
    get: (key) => get(key).catch(absentOr(unavailable)),
    head: async (key) => {
      const found = await stat(pathOf(key)).catch(absentOr(unavailable));
      return found?.isFile() ? { bytes: found.size, modifiedMs: Math.floor(found.mtimeMs) } : undefined;
    },
    removeFolder: (key) => removeFolder(key).catch(absentOr(unavailable)),
    prepare: async (key) => makeParent(pathOf(key)).catch(unavailable),
    uri: (key) => pathToFileURL(pathOf(key)).href,
    close: async () => undefined,
  };
}

async function makeParent(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
}

const removeTryCountMax = 3;

/** A folder where the file should be, or a file where a folder should, is no object. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function absentOr(otherwise: (error: unknown) => never): (error: unknown) => undefined {
  return (error) => (absent.has((error as NodeJS.ErrnoException).code ?? '') ? undefined : otherwise(error));
}

function unavailable(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  throw code === undefined || error instanceof assert.AssertionError
    ? error
    : new JobsUnavailable(message, { cause: error });
}
