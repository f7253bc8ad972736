import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openFolderObjects } from '../../shared/jobs/folder-objects.ts';
import { objectsContract } from '../contract/objects.ts';
import { startScript } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'cavia-objects-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

objectsContract('a folder of objects', async () => {
  const folder = newFolder();
  const objects = openFolderObjects(folder);
  return {
    objects,
    writeRaw: async (key, body) => {
      const path = fileURLToPath(objects.uri(key));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, body);
    },
    keysUnder: async (prefix) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .filter((key) => key.startsWith(prefix)),
  };
});

describe('a folder of objects', () => {
  it('says where an object is, for a job to write it there', async () => {
    const folder = join(newFolder(), 'with a space');
    const objects = openFolderObjects(folder);
    await objects.put('results/1', '{}');
    const uri = objects.uri('results/1');
    expect(uri).toMatch(/^file:\/\/\/.*\/with%20a%20space\/results\/1$/);
    expect(fileURLToPath(uri)).toBe(join(folder, 'results', '1'));
    expect(readdirSync(join(folder, 'results'))).toEqual(['1']);
  });

  it('has one of the texts, whole, when many put at once', async () => {
    const folder = newFolder();
    const objects = openFolderObjects(folder);
    const bodies = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000 + i));
    await Promise.all(bodies.map((body) => objects.put('a', body)));
    const found = await objects.get('a');
    expect(bodies).toContain(found?.kind === 'text' ? found.body : found);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('has the old text or the new one, whole, after kill -9', async () => {
    const folder = newFolder();
    const script = startScript(
      ['folder-objects.ts', 'openFolderObjects'],
      `const objects = open(${JSON.stringify(folder)});
       for (let i = 0; ; i++) { await objects.put('a', String(i % 10).repeat(200_000)); console.log(i); }`,
    );
    while (Number(await script.line()) < 5);
    await script.kill();
    const found = await openFolderObjects(folder).get('a');
    expect(found).toEqual({ kind: 'text', body: expect.stringMatching(/^(\d)\1{199999}$/) as string });
  });

  it('removes whatever jobs have put into it, and follows no link out of it', async () => {
    const folder = newFolder();
    const outside = newFolder();
    writeFileSync(join(outside, 'kept'), '');
    const objects = openFolderObjects(folder);
    await objects.put('study/0/checkpoint/step', '');
    writeFileSync(join(folder, 'study', '0', 'a name of no key ~ ä'), '', { mode: 0o400 });
    symlinkSync(outside, join(folder, 'study', '0', 'link'));
    symlinkSync(outside, join(folder, 'linked'));
    await objects.removeFolder('study');
    await objects.removeFolder('linked');
    expect(readdirSync(folder)).toEqual(['linked']);
    expect(readdirSync(outside)).toEqual(['kept']);
  });

  it('is for its owner alone, also when it was open to others before', async () => {
    const folder = join(newFolder(), 'objects');
    await openFolderObjects(folder).put('study/0', '');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    chmodSync(folder, 0o755);
    openFolderObjects(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('says that it is unavailable where no folder can be made', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const unavailable = expect.objectContaining({ name: 'JobsUnavailable' }) as Error;
    await expect(openFolderObjects(file).put('a', '')).rejects.toThrow(unavailable);
  });
});

function newFolder(): string {
  return mkdtempSync(join(root, 'data-'));
}
