import { ServiceError } from '../service/errors.ts';

export const bodyBytesMax = 256 * 1024;
export const depthMax = 16;

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads a JSON text, refusing what `JSON.parse` lets through: names given twice, names that reach into prototypes,
 * nesting too deep to be walked, halves of surrogate pairs. The bare tokens NaN, Infinity and -Infinity, which Python
 * writes, and numbers too large for a double become the words, so that a schema can say whether it wants them.
 */
export function parseJson(text: string): unknown {
  const readable = scan(text);
  try {
    return JSON.parse(readable, (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
  } catch (error) {
    // The message quotes the body, whatever is in it.
    const message = (error as Error).message.replace(/\p{Cc}/gu, (control) => encodeURIComponent(control));
    throw malformed(`The body must be JSON: ${message}.`);
  }
}

// A string without an end is a token too: were it no match, its every quote would be tried as a start, in quadratic
// time.
const tokenPattern = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|-?Infinity\b|\bNaN\b|[^"{}[\],:\s]+/gs;

/** What the scan knows about an open object or list. */
interface Level {
  names: Set<string> | undefined;
  /** Whether the next string is a name. */
  isNameNext: boolean;
}

function scan(text: string): string {
  const levels: Level[] = [];
  let readable = '';
  let copied = 0;
  for (const match of text.matchAll(tokenPattern)) {
    const [token] = match;
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      levels.push({ names: token === '{' ? new Set() : undefined, isNameNext: token === '{' });
      if (levels.length > depthMax) throw malformed(`The body must nest at most ${depthMax} deep.`);
    } else if (token === '}' || token === ']') levels.pop();
    else if (token === ',' && level?.names) level.isNameNext = true;
    else if (token[0] === '"') {
      if (token.length === 1 || !token.endsWith('"')) break;
      const value = unquoted(token);
      if (value === undefined) break;
      if (level?.isNameNext) addName(level, value);
    } else if (level?.isNameNext) continue;
    else if (token === 'NaN' || token === 'Infinity' || token === '-Infinity') {
      readable += `${text.slice(copied, match.index)}"${token}"`;
      copied = match.index + token.length;
    }
  }
  return readable + text.slice(copied);
}

function addName(level: Level, name: string): void {
  if (forbiddenNames.has(name)) throw malformed(`The body must not have the name ${JSON.stringify(name)}.`);
  if (level.names!.has(name))
    throw malformed(`The body must have every name once; ${JSON.stringify(name.slice(0, 60))} is there twice.`);
  level.names!.add(name);
  level.isNameNext = false;
}

/** @returns undefined when the token is no string of JSON. */
function unquoted(token: string): string | undefined {
  let value: string;
  try {
    value = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  } catch {
    return undefined;
  }
  if (!value.isWellFormed()) throw malformed('The body must be Unicode; it has half of a surrogate pair.');
  return value;
}

/** The body of a request as text. */
export async function readBody(request: Request): Promise<string> {
  const bytes = await readBytes(request);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('The body must be UTF-8.');
  }
}

/** The bytes of a request's body, stopping at the limit. */
export async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > bodyBytesMax) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body as ReadableStream<Uint8Array>) {
      length += chunk.byteLength;
      if (length > bodyBytesMax) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ServiceError
      ? error
      : malformed('The body must be sent to its end; the connection broke off.');
  }
  const bytes = new Uint8Array(length);
  chunks.reduce((at, chunk) => (bytes.set(chunk, at), at + chunk.byteLength), 0);
  return bytes;
}

function tooLarge(): ServiceError {
  return new ServiceError('too_large', `The body must have at most ${bodyBytesMax} bytes.`, {
    hint: 'Send fewer trials or reports in one request.',
  });
}

function malformed(message: string): ServiceError {
  return new ServiceError('body_malformed', message);
}
