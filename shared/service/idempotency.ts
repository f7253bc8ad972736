import type { Call, Reply } from './call.ts';
import { ServiceError } from './errors.ts';
import type { Ports } from './ports/ports.ts';
import type { Receipt } from './ports/receipts.ts';

/** A request with an idempotency key, before it is answered. */
export interface KeyedRequest {
  request: string;
  fingerprint: string;
}

/**
 * Names the request of a call, or undefined when it carries no key. One key may serve on different routes and trials.
 */
export function keyedRequest(ports: Ports, call: Call<unknown>): KeyedRequest | undefined {
  if (call.idempotencyKey === undefined) return undefined;
  const place = JSON.stringify([call.caller.principal, call.operation, call.path, call.idempotencyKey]);
  return { request: place, fingerprint: ports.hashes.sha256(canonicalJson(call.body)) };
}

/**
 * The answer that was given to this request before; refuses the key of another body.
 * @param revive makes the answer of what the receipt holds as JSON, where that is less than the answer itself.
 */
export async function findReplay<T>(
  ports: Ports,
  call: Call<unknown>,
  keyed: KeyedRequest | undefined,
  revive: (kept: string) => T | Promise<T> = (kept) => JSON.parse(kept) as T,
): Promise<Reply<T> | undefined> {
  if (!keyed) return undefined;
  const receipt = await ports.receipts.find(call.caller.tenant, keyed.request);
  if (!receipt) return undefined;
  if (receipt.fingerprint !== keyed.fingerprint) throw idempotencyMismatch(call.idempotencyKey!);
  return { status: receipt.status, body: await revive(receipt.body), isReplay: true };
}

/** The answer of whoever was faster with the same key. */
export async function replayOfRival<T>(
  ports: Ports,
  call: Call<unknown>,
  keyed: KeyedRequest,
  revive?: (kept: string) => T | Promise<T>,
): Promise<Reply<T>> {
  const replay = await findReplay<T>(ports, call, keyed, revive);
  if (!replay)
    throw new ServiceError('unavailable', 'The request is being answered at this moment.', { retryAfterSeconds: 1 });
  return replay;
}

/** @param kept the answer, or what is enough to make it again. */
export function receiptOf(keyed: KeyedRequest | undefined, status: number, kept: unknown): Receipt | undefined {
  return keyed && { ...keyed, status, body: JSON.stringify(kept) };
}

export function idempotencyMismatch(key: string): ServiceError {
  return new ServiceError(
    'idempotency_mismatch',
    `Idempotency-Key ${JSON.stringify(key)} was sent before with another body.`,
    {
      hint: 'Use a new key for every new request; send the same key only to repeat one.',
    },
  );
}

/** JSON with the names of every object in order, so that equal documents are equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
