import type { ReceivedMessage } from '../../../shared/service/ports/queue.ts';
import { handleMessage } from '../../../shared/service/training/handle-message.ts';
import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';

export const queueSettings = { visibilitySeconds: 180, receiveCountMax: 5 };
const batchMax = 10;
const lateMsMax = 90_000;

/** Brings messages of the queue to the function that handles them, as a mapping of SQS to Lambda does. */
export function carryMessages(world: World, cloud: Cloud): void {
  const { scheduler, dice, faults, queue } = world;

  function wake(delayMs: number): void {
    const lateMs = dice.chance(faults.messageLate) ? dice.between(0, lateMsMax) : dice.between(20, 500);
    scheduler.after(delayMs + lateMs, poll);
  }

  function poll(): void {
    const messages = queue.receive(1 + dice.below(batchMax));
    if (messages.length === 0) return;
    // Those that nobody acknowledges come again.
    wake(queueSettings.visibilitySeconds * 1000);
    if (queue.counts().waiting > 0) wake(0);
    deliver(messages);
    const doubled = messages.filter(() => dice.chance(faults.messageDoubled));
    if (doubled.length > 0) scheduler.after(dice.between(0, 2_000), () => deliver(doubled));
  }

  /** Failures of single messages are reported: the others of their batch do not come again. */
  function deliver(messages: readonly ReceivedMessage[]): void {
    const handled = new Set<ReceivedMessage>();
    const work = cloud.invoke.bind(undefined, 'dispatch', async ({ ports }) => {
      const failed: unknown[] = [];
      await Promise.all(
        messages.map((message) =>
          handleMessage(ports, message.body).then(
            () => handled.add(message),
            (error: unknown) => failed.push(error),
          ),
        ),
      );
      if (failed.length > 0) throw failed[0];
    });
    work((outcome) => {
      if (outcome !== 'died') for (const { handle } of handled) queue.acknowledge(handle);
    });
  }

  queue.onSent((delaySeconds) => wake(delaySeconds * 1000));
}
