import { setTimeout as pause } from 'node:timers/promises';

/**
 * Lets two threads that write to one file take turns. The file's own lock goes to whoever happens to try when it is
 * free, so that a thread with much to write could keep the other one out for long. This is a courtesy, not a lock: who
 * has waited long enough for the other one goes on, so a thread that dies stops nobody.
 */
export interface WriteTurns {
  /** Resolves when the other thread, if it was waiting, has had its turn. */
  giveWay(): Promise<void>;
  /** Resolves when the other thread has written. */
  waitForOther(): Promise<void>;
  /** Says that this thread has written. */
  finish(): void;
}

/** Who shares it is the first or the second; the memory is all that they share. */
export type Place = 'first' | 'second';

/** A write that is on its way takes a flush of the disk. */
const waitMsMax = 5;
const finishedAt = 2;

export function newTurnsMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
}

export function takeTurns(memory: SharedArrayBuffer, place: Place): WriteTurns {
  // How many of each thread wait, and how many writes were finished.
  const counts = new Int32Array(memory);
  const [own, other] = place === 'first' ? [0, 1] : [1, 0];
  // One that was here before may have died while it waited.
  Atomics.store(counts, own, 0);

  async function nextFinish(): Promise<void> {
    const wait = Atomics.waitAsync(counts, finishedAt, Atomics.load(counts, finishedAt), waitMsMax);
    // A process with nothing else to do would end: only the timer keeps it.
    if (wait.async) await Promise.race([wait.value, pause(waitMsMax)]);
  }

  return {
    giveWay: async () => {
      if (Atomics.load(counts, other) > 0) await nextFinish();
    },
    waitForOther: async () => {
      Atomics.add(counts, own, 1);
      await nextFinish();
      Atomics.sub(counts, own, 1);
    },
    finish: () => {
      Atomics.add(counts, finishedAt, 1);
      Atomics.notify(counts, finishedAt);
    },
  };
}
