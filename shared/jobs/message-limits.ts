import assert from 'node:assert/strict';
import type { OutgoingMessage } from '../service/ports/queue.ts';

const delaySecondsMax = 900;
/** SQS refuses what XML cannot hold. */
const unfitForXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Messages are made by this program: one that no queue takes is a bug. */
export function assertMessages(messages: readonly OutgoingMessage[], bytesMax: number): void {
  for (const { body, delaySeconds = 0 } of messages) {
    assertWithin('the bytes of a message', Buffer.byteLength(body), 1, bytesMax);
    assertWithin('delaySeconds', delaySeconds, 0, delaySecondsMax);
    assert(!unfitForXml.test(body), 'a message must hold no characters that XML lacks');
  }
}

export function assertWithin(what: string, value: number, min: number, max: number): void {
  assert(Number.isInteger(value) && value >= min && value <= max, `${what} must be ${min} to ${max}; got ${value}`);
}
