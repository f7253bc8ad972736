import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectBytesMax, type Objects } from '../../shared/service/ports/objects.ts';

export interface ObjectsHarness {
  objects: Objects;
  /** Writes as a job does: past the port. */
  writeRaw: (key: string, body: Uint8Array) => Promise<void>;
  /** Every key that begins so, past the port. */
  keysUnder: (prefix: string) => Promise<string[]>;
}

/** What every object store does, whatever engine is behind it. */
export function objectsContract(name: string, open: () => Promise<ObjectsHarness>): void {
  describe(`${name} keeps the contract of objects:`, () => {
    let objects: Objects;
    let writeRaw: ObjectsHarness['writeRaw'];
    let keysUnder: ObjectsHarness['keysUnder'];
    beforeAll(async () => {
      ({ objects, writeRaw, keysUnder } = await open());
    });
    afterAll(() => objects.close());

    it.each([
      ['JSON', '{"values":{"loss":0.3}}'],
      ['nothing', ''],
      ['umlauts and emoji', '{"text":"äöü 😀"}'],
      ['what JSON cannot say', '{"values":{"loss":NaN}}'],
      ['as much as there may be', 'x'.repeat(objectBytesMax)],
    ])('gives what was put: %s', async (what, body) => {
      const key = `text/${what.replaceAll(' ', '-')}`;
      await objects.put(key, body);
      expect(await objects.get(key)).toEqual({ kind: 'text', body });
      expect(await objects.head(key)).toEqual({
        bytes: Buffer.byteLength(body),
        modifiedMs: expect.any(Number) as number,
      });
    });

    it('has nothing under a key that was never put, not even where others begin so', async () => {
      await objects.put('a/b/c', '1');
      for (const key of ['missing', 'a', 'a/b', 'a/b/c/d', 'a/b/cc']) {
        expect(await objects.get(key)).toBeUndefined();
        expect(await objects.head(key)).toBeUndefined();
      }
    });

    it('gives the last of several puts', async () => {
      await objects.put('again', 'first');
      await objects.put('again', 'second, which is longer');
      await objects.put('again', '3');
      expect(await objects.get('again')).toEqual({ kind: 'text', body: '3' });
    });

    it('tells keys apart that differ in case', async () => {
      await objects.put('case/a', 'lower');
      await objects.put('case/A', 'upper');
      expect(await objects.get('case/a')).toEqual({ kind: 'text', body: 'lower' });
    });

    it('shows readers one of the texts that were put, whole, while it is put again and again', async () => {
      const bodies = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000 + i));
      await objects.put('race', bodies[0]);
      const written = (async () => {
        for (const body of bodies) await objects.put('race', body);
      })();
      for (const read of await Promise.all(Array.from({ length: 20 }, () => objects.get('race'))))
        expect(bodies).toContain(read?.kind === 'text' ? read.body : read);
      await written;
    });

    it('does not read what a job wrote too large', async () => {
      await writeRaw('large', new Uint8Array(objectBytesMax + 1));
      expect(await objects.get('large')).toEqual({ kind: 'tooLarge', bytes: objectBytesMax + 1 });
      expect((await objects.head('large'))?.bytes).toBe(objectBytesMax + 1);
    });

    it('reads what is no text as a text that nothing can be made of', async () => {
      await writeRaw('binary', new Uint8Array([0xff, 0xfe, 0x00, 0x7b]));
      expect(await objects.get('binary')).toEqual({ kind: 'text', body: '\ufffd\ufffd\u0000{' });
    });

    it('refuses a text that is too large', async () => {
      await expect(objects.put('refused', 'x'.repeat(objectBytesMax + 1))).rejects.toThrow(/262144/);
      await expect(objects.put('refused', 'ä'.repeat(objectBytesMax / 2 + 1))).rejects.toThrow(/262144/);
      expect(await objects.get('refused')).toBeUndefined();
    });

    it('removes everything in a folder, and nothing beside it', async () => {
      const inside = ['gone/1/result.json', 'gone/2/a/b/c', 'gone/2/checkpoint/1'];
      const beside = ['gone.txt', 'gone-2/1', 'gon/1', 'goneAway', 'Gone/1', 'beside/gone/1'];
      for (const key of [...inside, ...beside]) await writeRaw(key, new Uint8Array([1]));
      await objects.removeFolder('gone');
      for (const key of inside) expect(await objects.get(key)).toBeUndefined();
      for (const key of beside) expect((await objects.head(key))?.bytes).toBe(1);
      const left = await keysUnder('');
      expect(left.filter((key) => key.startsWith('gone/'))).toEqual([]);
      expect(left).toEqual(expect.arrayContaining(beside));
    });

    it('removes a folder in a folder, and not what is above it', async () => {
      for (const key of ['above/in/1', 'above/in/deeper/2', 'above/inn/3', 'above/4']) await objects.put(key, '');
      await objects.removeFolder('above/in');
      expect((await keysUnder('above/')).toSorted()).toEqual(['above/4', 'above/inn/3']);
    });

    it('removes no object of the name that the folder would have', async () => {
      await objects.put('single', '1');
      await objects.removeFolder('single');
      expect(await objects.get('single')).toEqual({ kind: 'text', body: '1' });
    });

    it('removes more than one request lists', { timeout: 120_000 }, async () => {
      for (let i = 0; i < 1010; i += 10)
        await Promise.all(Array.from({ length: 10 }, (_, j) => writeRaw(`many/${i + j}/x`, new Uint8Array([1]))));
      await objects.put('many-2', '');
      await objects.removeFolder('many');
      expect(await keysUnder('many')).toEqual(['many-2']);
    });

    it('removes a folder that is not there, twice, and takes puts into it again', async () => {
      await objects.removeFolder('never/was');
      await objects.put('again-and/again', '1');
      await objects.removeFolder('again-and');
      await objects.removeFolder('again-and');
      await objects.put('again-and/again', '2');
      expect(await objects.get('again-and/again')).toEqual({ kind: 'text', body: '2' });
    });

    it.each([
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '..',
      '../a',
      'a/../../b',
      '.',
      'a/./b',
      'a b',
      'a\\b',
      'ä',
      'x'.repeat(200),
    ])('refuses the key %j', async (key) => {
      await expect(objects.put(key, '')).rejects.toThrow(/key/);
      await expect(objects.get(key)).rejects.toThrow(/key/);
      await expect(objects.removeFolder(key)).rejects.toThrow(/key/);
      expect(() => objects.uri(key)).toThrow(/key/);
    });
  });
}
