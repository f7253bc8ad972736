import { assertMessages } from '../../../shared/jobs/message-limits.ts';
import {
  messageBytesMax,
  type OutgoingMessage,
  type Queue,
  type QueueCounts,
  type ReceivedMessage,
} from '../../../shared/service/ports/queue.ts';

/** A queue as it is inside of its engine: every operation happens at one moment. */
export interface MemoryQueue {
  send(messages: readonly OutgoingMessage[]): void;
  receive(max: number): ReceivedMessage[];
  acknowledge(handle: string): void;
  changeVisibility(handle: string, seconds: number): void;
  counts(): QueueCounts;
  redrive(): void;
  /** Tells of every message, with the seconds until it can be received. */
  onSent(listen: (delaySeconds: number) => void): void;
}

interface Message {
  body: string;
  visibleMs: number;
  receiveCount: number;
  /** Of the last reception. */
  handle: string | undefined;
}

interface Settings {
  visibilitySeconds: number;
  receiveCountMax: number;
  nowMs: () => number;
  /** Which of so many messages comes next. */
  pick?: (count: number) => number;
}

export function newMemoryQueue({ visibilitySeconds, receiveCountMax, nowMs, pick = () => 0 }: Settings): MemoryQueue {
  const messages: Message[] = [];
  const dead: Message[] = [];
  const listeners: ((delaySeconds: number) => void)[] = [];
  let receptions = 0;

  const isVisible = ({ visibleMs }: Message): boolean => visibleMs <= nowMs();
  const drop = (from: Message[], message: Message): void => void from.splice(from.indexOf(message), 1);
  const held = (handle: string): Message | undefined => messages.find((message) => message.handle === handle);

  /** The next message; one that came too often without being done with is put aside instead. */
  function next(): Message | undefined {
    for (;;) {
      const visible = messages.filter(isVisible);
      if (visible.length === 0) return undefined;
      const message = visible[pick(visible.length)];
      if (message.receiveCount < receiveCountMax) return message;
      drop(messages, message);
      dead.push(message);
    }
  }

  return {
    send: (sent) => {
      assertMessages(sent, messageBytesMax);
      for (const { body, delaySeconds = 0 } of sent) {
        messages.push({ body, visibleMs: nowMs() + delaySeconds * 1000, receiveCount: 0, handle: undefined });
        for (const listen of listeners) listen(delaySeconds);
      }
    },
    receive: (max) => {
      const received: ReceivedMessage[] = [];
      while (received.length < max) {
        const message = next();
        if (!message) break;
        message.visibleMs = nowMs() + visibilitySeconds * 1000;
        message.handle = `reception-${receptions++}`;
        received.push({ body: message.body, handle: message.handle, receiveCount: ++message.receiveCount });
      }
      return received;
    },
    acknowledge: (handle) => {
      const message = held(handle);
      if (message) drop(messages, message);
    },
    changeVisibility: (handle, seconds) => {
      const message = held(handle);
      if (message && !isVisible(message)) message.visibleMs = nowMs() + seconds * 1000;
    },
    counts: () => {
      const unseen = messages.filter((message) => !isVisible(message));
      const delayed = unseen.filter(({ receiveCount }) => receiveCount === 0).length;
      return {
        waiting: messages.length - unseen.length,
        hidden: unseen.length - delayed,
        delayed,
        dead: dead.length,
      };
    },
    redrive: () => {
      for (const message of dead.splice(0)) messages.push({ ...message, visibleMs: nowMs(), receiveCount: 0 });
    },
    onSent: (listen) => void listeners.push(listen),
  };
}

/** The queue as the port. @param sleep waits by the clock that the queue has. */
export function asQueue(
  { send, receive, acknowledge, changeVisibility, counts, redrive }: MemoryQueue,
  nowMs: () => number,
  sleep: (ms: number) => Promise<void>,
): Queue {
  const lookMs = 20;
  let isClosed = false;
  return {
    send: async (messages) => send(messages),
    receive: async (max, waitSeconds) => {
      const untilMs = nowMs() + waitSeconds * 1000;
      for (;;) {
        const received = isClosed ? [] : receive(max);
        if (received.length > 0 || isClosed || nowMs() >= untilMs) return received;
        await sleep(lookMs);
      }
    },
    acknowledge: async (handle) => acknowledge(handle),
    changeVisibility: async (handle, seconds) => changeVisibility(handle, seconds),
    counts: async () => counts(),
    redrive: async () => redrive(),
    close: async () => void (isClosed = true),
  };
}
