import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { gzipSync } from 'node:zlib';
import { problemOf } from '../shared/api/problem.ts';

/** A function may answer with 6 MB of JSON, in which the body is one string. */
const resultBytesMax = 5_500_000;
/** An answer that grows beyond that is not worth packing. */
const bodyBytesMax = 64_000_000;
/** From here on packing costs less than sending. */
const packedFromBytes = 16_000;

/** The result that API Gateway makes the response of: packed where that is worth it and the client can unpack it. */
export async function resultOf(request: Request, response: Response): Promise<APIGatewayProxyStructuredResultV2> {
  const body = await readBody(response);
  const { status: statusCode, headers } = response;
  const result = body && bodyResult(request, response, body);
  if (!result || jsonBytes(result.body) > resultBytesMax) return tooLarge(headers.get('x-request-id') ?? '');
  return {
    statusCode,
    headers: { ...Object.fromEntries([...headers].filter(([name]) => name !== 'set-cookie')), ...result.headers },
    ...(headers.getSetCookie().length > 0 && { cookies: headers.getSetCookie() }),
    body: result.body,
    isBase64Encoded: result.isBase64Encoded,
  };
}

interface BodyResult {
  body: string;
  isBase64Encoded: boolean;
  headers: Record<string, string>;
}

function bodyResult(request: Request, { status }: Response, bytes: Buffer): BodyResult {
  const accepted = request.headers.get('accept-encoding') ?? '';
  if (status === 200 && bytes.length >= packedFromBytes && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accepted)) {
    const packed = gzipSync(bytes);
    return {
      body: packed.toString('base64'),
      isBase64Encoded: true,
      headers: { 'content-encoding': 'gzip', vary: 'accept-encoding', 'content-length': String(packed.length) },
    };
  }
  return { body: bytes.toString('utf8'), isBase64Encoded: false, headers: {} };
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** @returns undefined for a body beyond the limit. */
async function readBody({ body }: Response): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(requestId: string): APIGatewayProxyStructuredResultV2 {
  const problem = problemOf('too_large', `The answer must have at most ${resultBytesMax} bytes.`, requestId, {
    hint: 'Accept gzip (curl: --compressed), or read page by page with GET …/trials.',
  });
  const headers = {
    'content-type': 'application/problem+json',
    'x-request-id': requestId,
    'cache-control': 'no-store',
  };
  return { statusCode: problem.status, headers, body: JSON.stringify(problem), isBase64Encoded: false };
}
