import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, type TestContext } from 'vitest';
import {
  messageBytesMax,
  receiveMax,
  type Queue,
  type QueueCounts,
  type ReceivedMessage,
} from '../../shared/service/ports/queue.ts';

/** How the queues of the suite are set: short, but long for a machine that is busy. */
export const suiteVisibilitySeconds = 2;
export const suiteReceiveCountMax = 2;

const pastVisibilityMs = suiteVisibilitySeconds * 1000 + 200;

/** What every queue does, whatever engine is behind it. `open` gives a new, empty queue with the suite's settings. */
export function queueContract(name: string, open: () => Promise<Queue>): void {
  /** A test with a queue of its own. */
  const on =
    (prove: (queue: Queue, context: TestContext) => Promise<void>) =>
    async (context: TestContext): Promise<void> => {
      const queue = await open();
      try {
        await prove(queue, context);
      } finally {
        await queue.close();
      }
    };

  // The waits of one are idle for the others.
  describe.concurrent(`${name} keeps the contract of queues:`, () => {
    it(
      'gives what was sent, whatever it says',
      on(async (queue, { expect }) => {
        const bodies = ['a', ' ', 'äöü 😀', '{"a":"<&>"}', 'two\nlines\tand a tab', 'x'.repeat(messageBytesMax)];
        await queue.send(bodies.map((body) => ({ body })));
        const received = await drained(queue);
        expect(received.map(({ body }) => body).sort()).toEqual(bodies.toSorted());
      }),
    );

    it(
      'takes more messages than one request of SQS, and gives ten at most',
      on(async (queue, { expect }) => {
        const bodies = Array.from({ length: 25 }, (_, i) => `message ${i}`);
        await queue.send(bodies.map((body) => ({ body })));
        const first = await queue.receive(receiveMax, 0);
        expect(first.length).toBeLessThanOrEqual(10);
        const rest = await drained(queue);
        expect([...first, ...rest].map(({ body }) => body).sort()).toEqual(bodies.toSorted());
      }),
    );

    it(
      'gives no more than were asked for',
      on(async (queue, { expect }) => {
        await queue.send(['a', 'b', 'c'].map((body) => ({ body })));
        expect(await queue.receive(2, 0)).toHaveLength(2);
      }),
    );

    it(
      'has nothing to send when nothing is given',
      on(async (queue, { expect }) => {
        await queue.send([]);
        expect(await queue.receive(1, 0)).toEqual([]);
      }),
    );

    it(
      'keeps two messages that say the same apart',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'same' }, { body: 'same' }]);
        expect((await drained(queue)).map(({ body }) => body)).toEqual(['same', 'same']);
      }),
    );

    it(
      'hides a received message, and gives it again when it was not acknowledged',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        const [first] = await queue.receive(1, 0);
        expect(first.receiveCount).toBe(1);
        expect(await queue.receive(1, 0)).toEqual([]);
        await sleep(pastVisibilityMs);
        const [second] = await queue.receive(1, 0);
        expect(second).toMatchObject({ body: 'a', receiveCount: 2 });
        expect(second.handle).not.toBe(first.handle);
      }),
    );

    it(
      'gives an acknowledged message never again',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        const [{ handle }] = await queue.receive(1, 0);
        await queue.acknowledge(handle);
        await queue.acknowledge(handle);
        await sleep(pastVisibilityMs);
        expect(await queue.receive(1, 0)).toEqual([]);
        expect(await queue.counts()).toEqual(none);
      }),
    );

    it(
      'takes an acknowledgement for the latest reception only',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        const [late] = await queue.receive(1, 0);
        await sleep(pastVisibilityMs);
        const [latest] = await queue.receive(1, 0);
        await queue.acknowledge(late.handle);
        expect(await queue.counts()).toEqual({ ...none, hidden: 1 });
        await queue.acknowledge(latest.handle);
        expect(await queue.counts()).toEqual(none);
      }),
    );

    it(
      'takes a late acknowledgement while nobody has received the message again',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        const [{ handle }] = await queue.receive(1, 0);
        await sleep(pastVisibilityMs);
        await queue.acknowledge(handle);
        expect(await queue.counts()).toEqual(none);
      }),
    );

    it(
      'gives a message back at once when its visibility is set to 0',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        const [{ handle }] = await queue.receive(1, 0);
        await queue.changeVisibility(handle, 0);
        expect(await queue.receive(1, 0)).toMatchObject([{ body: 'a', receiveCount: 2 }]);
      }),
    );

    it(
      'hides a message for longer when its visibility is',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        const [{ handle }] = await queue.receive(1, 0);
        await queue.changeVisibility(handle, 60);
        await sleep(pastVisibilityMs);
        expect(await queue.receive(1, 0)).toEqual([]);
        await queue.acknowledge(handle);
        expect(await queue.counts()).toEqual(none);
      }),
    );

    it(
      'changes no visibility of what is acknowledged',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        const [{ handle }] = await queue.receive(1, 0);
        await queue.acknowledge(handle);
        await queue.changeVisibility(handle, 0);
        expect(await queue.receive(1, 0)).toEqual([]);
      }),
    );

    it(
      'holds a delayed message back',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'late', delaySeconds: suiteVisibilitySeconds }, { body: 'now' }]);
        expect(await queue.counts()).toEqual({ ...none, waiting: 1, delayed: 1 });
        expect(await queue.receive(receiveMax, 0)).toMatchObject([{ body: 'now' }]);
        const [late] = await queue.receive(receiveMax, 20);
        expect(late.body).toBe('late');
      }),
    );

    it(
      'waits for a message, and gives it when it comes',
      on(async (queue, { expect }) => {
        const received = queue.receive(1, 20);
        await sleep(100);
        await queue.send([{ body: 'a' }]);
        expect(await received).toMatchObject([{ body: 'a' }]);
      }),
    );

    it(
      'waits for a hidden message to come back',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        await queue.receive(1, 0);
        expect(await queue.receive(1, 20)).toMatchObject([{ body: 'a', receiveCount: 2 }]);
      }),
    );

    it(
      'waits no longer than it was told to',
      on(async (queue, { expect }) => {
        expect(await queue.receive(1, 1)).toEqual([]);
      }),
    );

    it(
      'lets a receive that waits end when it is closed',
      on(async (queue, { expect }) => {
        const received = queue.receive(1, 20);
        await sleep(100);
        await queue.close();
        expect(await received).toEqual([]);
        expect(await queue.receive(1, 0)).toEqual([]);
      }),
    );

    it(
      'puts a message that is never acknowledged aside, and back when told to',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'poison' }, { body: 'good' }]);
        for (let reception = 0; reception < suiteReceiveCountMax; reception++) {
          for (const { body, handle } of await received(queue, reception === 0 ? 2 : 1))
            await (body === 'good' ? queue.acknowledge(handle) : queue.changeVisibility(handle, 0));
        }
        expect(await queue.receive(receiveMax, 0)).toEqual([]);
        expect(await queue.counts()).toEqual({ ...none, dead: 1 });
        await queue.redrive();
        expect(await queue.receive(1, 20)).toMatchObject([{ body: 'poison', receiveCount: 1 }]);
      }),
    );

    it(
      'has nothing to put back when nothing was put aside',
      on(async (queue, { expect }) => {
        await queue.send([{ body: 'a' }]);
        await queue.redrive();
        expect(await queue.counts()).toEqual({ ...none, waiting: 1 });
      }),
    );

    it(
      'gives every message to one of many that receive at once',
      on(async (queue, { expect }) => {
        const bodies = Array.from({ length: 40 }, (_, i) => `message ${i}`);
        await queue.send(bodies.map((body) => ({ body })));
        const shares = await Promise.all(Array.from({ length: 8 }, () => drained(queue)));
        const all = shares.flat().map(({ body }) => body);
        expect(all.sort()).toEqual(bodies.toSorted());
      }),
    );

    const unfit: [string, string][] = [
      ['is empty', ''],
      ['has a byte too many', 'x'.repeat(messageBytesMax + 1)],
      ['has a byte too many because of its umlauts', 'ä'.repeat(messageBytesMax / 2 + 1)],
      ['holds what XML cannot', 'a\u0000b'],
    ];
    it.for(unfit)('refuses a message that %s, and the others with it', async ([, body], context) => {
      const { expect } = context;
      const queue = await open();
      await expect(queue.send([{ body: 'good' }, { body }])).rejects.toThrow(Error);
      expect(await queue.counts()).toEqual(none);
      await queue.close();
    });
  });
}

const none: QueueCounts = { waiting: 0, hidden: 0, delayed: 0, dead: 0 };
const roundMax = 100;

/** Receives until there is nothing more, and acknowledges all of it. */
async function drained(queue: Queue): Promise<ReceivedMessage[]> {
  const all: ReceivedMessage[] = [];
  for (let round = 0; round < roundMax; round++) {
    const messages = await queue.receive(receiveMax, 0);
    if (messages.length === 0) return all;
    for (const { handle } of messages) await queue.acknowledge(handle);
    all.push(...messages);
  }
  throw new Error(`the queue still had messages after ${roundMax} rounds`);
}

/** Exactly so many messages; a receive may give fewer than there are. */
async function received(queue: Queue, count: number): Promise<ReceivedMessage[]> {
  const all: ReceivedMessage[] = [];
  for (let round = 0; round < roundMax && all.length < count; round++)
    all.push(...(await queue.receive(count - all.length, 1)));
  return all;
}
