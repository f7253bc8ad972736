import type { Ports } from '../ports/ports.ts';

/** A suggestion takes milliseconds; in spaces of a hundred long lists it could take a minute. */
const suggestionMsMax = 2_000;
/** All suggestions of one request together: a client does not wait longer for an answer. */
const requestMsMax = 10_000;

/** Begins the time of a request. @returns what begins that of one suggestion, and gives whether it is up. */
export function timeLimitOf({ clock }: Pick<Ports, 'clock'>): () => () => boolean {
  const requestEndMs = clock.nowMs() + requestMsMax;
  return () => {
    const endMs = Math.min(clock.nowMs() + suggestionMsMax, requestEndMs);
    return () => clock.nowMs() >= endMs;
  };
}
