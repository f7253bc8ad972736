import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../../functions/result-of.ts';

function asking(headers: Record<string, string> = {}): Request {
  return new Request('https://cavia/v1/studies', { headers });
}

describe('a response as a result', () => {
  it('has status, headers and text', async () => {
    const response = new Response('{"a":"ä"}', {
      status: 201,
      headers: { 'content-type': 'application/json', b: 'c' },
    });
    expect(await resultOf(asking(), response)).toEqual({
      statusCode: 201,
      headers: { 'content-type': 'application/json', b: 'c' },
      body: '{"a":"ä"}',
      isBase64Encoded: false,
    });
  });

  it('has an empty body where the response has none', async () => {
    expect(await resultOf(asking(), new Response(null, { status: 204 }))).toMatchObject({ statusCode: 204, body: '' });
  });

  it('has each cookie apart', async () => {
    const headers = new Headers([
      ['set-cookie', 'a=1; Path=/'],
      ['set-cookie', 'b=2'],
    ]);
    const { cookies, headers: sent } = await resultOf(asking(), new Response('', { headers }));
    expect(cookies).toEqual(['a=1; Path=/', 'b=2']);
    expect(sent).not.toHaveProperty('set-cookie');
  });

  const long = 'abcdefgh'.repeat(10_000);

  it.each(['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.8', 'GZIP'])('is packed for %s', async (accepted) => {
    const result = await resultOf(asking({ 'accept-encoding': accepted }), new Response(long));
    expect(result.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(gunzipSync(Buffer.from(result.body!, 'base64')).toString()).toBe(long);
  });

  it.each(['', 'identity', 'br', 'gzip;q=0', 'gzip;q=0.0, br', 'gzipped'])('is not packed for %j', async (accepted) => {
    const result = await resultOf(asking({ 'accept-encoding': accepted }), new Response(long));
    expect([result.body, result.isBase64Encoded]).toEqual([long, false]);
  });

  // A function may answer with 6 MB of JSON; the text has quotes that are written as two characters in it.
  it.each([
    ['a', 5_499_998, 200],
    ['a', 5_499_999, 413],
    ['"', 2_749_999, 200],
    ['"', 2_750_000, 413],
  ])('of %s, %i times, is %i', async (letter, count, status) => {
    const result = await resultOf(asking(), new Response(letter.repeat(count)));
    expect(result.statusCode).toBe(status);
    expect(JSON.stringify(result).length).toBeLessThan(6_000_000);
  });

  it('that is too large unpacked goes packed', async () => {
    const request = asking({ 'accept-encoding': 'gzip' });
    const result = await resultOf(request, new Response('a'.repeat(20_000_000)));
    expect(result.statusCode).toBe(200);
    expect(result.body!.length).toBeLessThan(100_000);
  });

  it('says what to do when it is too large', async () => {
    const response = new Response('a'.repeat(6_000_000), { headers: { 'x-request-id': 'r1' } });
    const { statusCode, body } = await resultOf(asking(), response);
    expect(JSON.parse(body!)).toMatchObject({ status: statusCode, code: 'too_large', requestId: 'r1' });
    expect(JSON.parse(body!).hint).toContain('gzip');
  });
});
