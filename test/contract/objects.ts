import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectBytesMax, type Objects } from '../../shared/service/ports/objects.ts';

export interface ObjectsHarness {
  objects: Objects;
  /** Writes as a job does: past the port. */
  writeRaw: (key: string, body: Uint8Array) => Promise<void>;
}

/** What every object store does, whatever engine is behind it. */
export function objectsContract(name: string, open: () => Promise<ObjectsHarness>): void {
  describe(`${name} keeps the contract of objects:`, () => {
    let objects: Objects;
    let writeRaw: ObjectsHarness['writeRaw'];
    beforeAll(async () => {
      ({ objects, writeRaw } = await open());
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
      expect(() => objects.uri(key)).toThrow(/key/);
    });
  });
}
