import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, readBody } from '../../shared/http/json-body.ts';
import type { ServiceError } from '../../shared/service/errors.ts';

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** JSON values that nest at most 8 deep, with any text in them. */
const jsonValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 8 },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string({ unit: 'binary' }).filter((name) => !forbidden.has(name)),
      tie('value'),
      { maxKeys: 5 },
    ),
  ),
})).value;

/** The same document written differently: spaces where they may be, characters escaped that need not be. */
function respelled(value: unknown, style: number): string {
  const text = JSON.stringify(value, null, style % 3);
  if (style < 3) return text;
  return text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The refusal of a text, or what it was read as. */
function outcomeOf(text: string): { refusal: ServiceError } | { value: unknown } {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    return { refusal: error as ServiceError };
  }
}

function messageOf(text: string): string {
  const outcome = outcomeOf(text);
  if ('value' in outcome) throw new Error(`${text.slice(0, 100)} was parsed`);
  expect(outcome.refusal.code).toBe('body_malformed');
  return outcome.refusal.message;
}

function chunked(chunks: readonly Uint8Array[], headers: Record<string, string> = {}): Request {
  const body = ReadableStream.from(chunks);
  return new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' });
}

describe('parseJson', () => {
  it('gives what JSON.parse gives for every well-formed text without names given twice', () => {
    fc.assert(
      fc.property(jsonValue, fc.nat(5), (value, style) => {
        const text = respelled(value, style);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses with a sentence, or gives what JSON.parse gives, for every text at all', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'a',
      '"a"',
      '1',
      '-',
      '.',
      'e9',
      ' ',
      'null',
      'true',
      '\\u0061',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join('');
        const outcome = outcomeOf(text);
        const isSentence = 'refusal' in outcome && /^The body must [^\p{Cc}]+\.$/u.test(outcome.refusal.message);
        const isRead = 'value' in outcome && JSON.stringify(outcome.value) === JSON.stringify(JSON.parse(text));
        expect(isSentence || isRead).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses a name given twice in the same object, wherever and however it is written', () => {
    const name = fc.string({ unit: 'binary' }).filter((text) => !forbidden.has(text));
    fc.assert(
      fc.property(name, jsonValue, jsonValue, fc.nat(6), (twice, a, b, depth) => {
        const key = JSON.stringify(twice);
        const escaped = `"${[...Array(twice.length).keys()].map((i) => `\\u${twice.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
        const inner = `{${key}:${JSON.stringify(a)},${escaped}:${JSON.stringify(b)}}`;
        expect(messageOf(`${'['.repeat(depth)}${inner}${']'.repeat(depth)}`)).toMatch(/ is there twice\.$/);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['NaN', 'NaN'],
    ['[NaN,Infinity,-Infinity]', ['NaN', 'Infinity', '-Infinity']],
    ['{"a": NaN}', { a: 'NaN' }],
    ['{"NaN": "NaN, Infinity"}', { NaN: 'NaN, Infinity' }],
    ['[1e999, -1e999, 1e308]', ['Infinity', '-Infinity', 1e308]],
    ['"Infinity"', 'Infinity'],
    ['[-0]', [-0]],
  ])('reads the numbers that JSON does not have as words: %s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it.each([
    '{NaN:1}',
    '{Infinity:1}',
    '-NaN',
    '+Infinity',
    'NaN1',
    '1NaN',
    'xNaN',
    'NaN NaN',
    '--Infinity',
    'nan',
    'Infinity.5',
    '["a"NaN]',
  ])('leaves no other place to them: %s', (text) => {
    expect(messageOf(text)).toMatch(/^The body must be JSON: /);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the name %s at every depth, escaped or not', (name) => {
    expect(messageOf(`{"${name}":1}`)).toBe(`The body must not have the name "${name}".`);
    expect(messageOf(`{"a":[{"b":{"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}":1}}]}`)).toBe(
      `The body must not have the name "${name}".`,
    );
    expect(parseJson(`["${name}"]`)).toEqual([name]);
  });

  it.each(['"\\ud800"', '"\\udc00"', '["\\udc00\\ud800"]', '{"\\ud800":1}', '"\\ud800x\\udc00"'])(
    'refuses half of a surrogate pair: %s',
    (text) => {
      expect(messageOf(text)).toBe('The body must be Unicode; it has half of a surrogate pair.');
    },
  );

  it('reads 16 levels and refuses 17', () => {
    expect(parseJson(`${'['.repeat(16)}${']'.repeat(16)}`)).toBeInstanceOf(Array);
    expect(messageOf(`${'['.repeat(17)}${']'.repeat(17)}`)).toBe('The body must nest at most 16 deep.');
    expect(messageOf('['.repeat(200_000))).toBe('The body must nest at most 16 deep.');
    expect(parseJson(`[${'[],'.repeat(1000)}[]]`)).toHaveLength(1001);
  });

  // Each of these took time that grew with the square of its length in some version; 256 KB would take a minute so.
  it.each([
    ['escaped quotes', `"${'\\"'.repeat(130_000)}`],
    ['backslashes', `"${'\\\\'.repeat(130_000)}`],
    ['quotes', '"'.repeat(260_001)],
    ['minus signs', '-'.repeat(260_000)],
    ['the start of NaN', 'Na'.repeat(130_000)],
    ['the start of Infinity', '-Infinit'.repeat(32_000)],
    ['closing brackets', ']'.repeat(260_000)],
    ['spaces', ' '.repeat(260_000)],
    ['names', `{${Array.from({ length: 30_000 }, (_, i) => `"${i}":`).join()}`],
  ])('is as quick with a long body of %s as with any', (_, text) => {
    const startMs = performance.now();
    messageOf(text);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

describe('readBody', () => {
  const limit = 262_144;

  it('joins characters that were cut between chunks', async () => {
    const bytes = new TextEncoder().encode('"€🐹"');
    expect(await readBody(chunked([...bytes].map((byte) => Uint8Array.of(byte))))).toBe('"€🐹"');
  });

  it('reads nothing from a request without a body', async () => {
    expect(await readBody(new Request('http://localhost/', { method: 'POST' }))).toBe('');
  });

  it('leaves out a byte order mark', async () => {
    expect(await readBody(chunked([new TextEncoder().encode('\ufeff{}')]))).toBe('{}');
  });

  it('takes as many bytes as the limit, and not one more', async () => {
    const full = new Uint8Array(limit).fill(0x20);
    expect(await readBody(chunked([full]))).toHaveLength(limit);
    await expect(readBody(chunked([full, Uint8Array.of(0x20)]))).rejects.toMatchObject({ code: 'too_large' });
  });

  it('stops reading at the limit', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const request = new Request('http://localhost/', { method: 'POST', body: endless, duplex: 'half' });
    await expect(readBody(request)).rejects.toMatchObject({ code: 'too_large' });
    expect(pulled).toBeLessThan(10);
  });

  it('believes a declared length that is too large without reading', async () => {
    const request = chunked([], { 'content-length': String(limit + 1) });
    await expect(readBody(request)).rejects.toMatchObject({ code: 'too_large' });
  });

  it.each([[[0xff]], [[0xc0, 0xaf]], [[0xed, 0xa0, 0x80]], [[0xe2, 0x82]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'refuses bytes that are no UTF-8: %j',
    async (bytes) => {
      await expect(readBody(chunked([Uint8Array.from(bytes)]))).rejects.toMatchObject({
        code: 'body_malformed',
        message: 'The body must be UTF-8.',
      });
    },
  );

  it('refuses a body whose connection broke off', async () => {
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error('aborted')),
    });
    const request = new Request('http://localhost/', { method: 'POST', body: broken, duplex: 'half' });
    await expect(readBody(request)).rejects.toMatchObject({ code: 'body_malformed' });
  });
});
