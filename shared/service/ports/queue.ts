/**
 * A queue of small texts, with the promises of an SQS standard queue and no more. Adapters: sqlite-queue, sqs-queue; one
 * contract suite (test/contract/queue.ts) holds both to them.
 *
 * At least once: a message can come twice, late and in any order, so a message is a hint and its handler safe to run
 * again. A received message is hidden for the queue's visibility timeout; one that is not acknowledged until then comes
 * again, under a new handle. One that was received `receiveCountMax` times without being acknowledged becomes a dead
 * letter instead of coming once more.
 *
 * Every method throws `JobsUnavailable` when the engine cannot answer; nothing is known about the effect then.
 */
export interface Queue {
  /** Resolves when all are kept. After a failure some may have been: send all of them again. */
  send(messages: readonly OutgoingMessage[]): Promise<void>;
  /**
   * Up to `max` messages (1 to `receiveMax`), fewer even when there are more. Waits up to `waitSeconds` (0 to
   * `waitSecondsMax`) while there is none; after `close` it resolves at once.
   */
  receive(max: number, waitSeconds: number): Promise<ReceivedMessage[]>;
  /** The message is done and does not come again. Without effect when it has been received again since. */
  acknowledge(handle: string): Promise<void>;
  /**
   * Hides the message for so long from now (0 to 43,200 seconds): more to keep it, 0 to give it back. Without effect
   * when it is not hidden under this handle any more.
   */
  changeVisibility(handle: string, seconds: number): Promise<void>;
  counts(): Promise<QueueCounts>;
  /** Puts the dead letters back, as if they were new. SQS does it in the background, after the call. */
  redrive(): Promise<void>;
  close(): Promise<void>;
}

export interface OutgoingMessage {
  /** Any text that XML can hold, of 1 to `messageBytesMax` bytes of UTF-8. */
  body: string;
  /** How long nobody receives it: 0, as when left out, to 900. */
  delaySeconds?: number;
}

export interface ReceivedMessage {
  body: string;
  /** Names this reception of the message. */
  handle: string;
  /** From 1. */
  receiveCount: number;
}

/** Approximate on SQS, which takes about a minute to tell the truth. */
export interface QueueCounts {
  /** Those that can be received now. */
  waiting: number;
  /** Received and not acknowledged. */
  hidden: number;
  /** Sent with a delay that is not over. */
  delayed: number;
  dead: number;
}

export const receiveMax = 10;
export const waitSecondsMax = 20;
/** Ten of them fit into one request of SQS. */
export const messageBytesMax = 16 * 1024;
