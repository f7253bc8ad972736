/** What happens next: the only clock and the only order that a simulation has. */
export interface Scheduler {
  /** Milliseconds of the simulated world, not whole ones. */
  readonly nowMs: number;
  after(delayMs: number, run: () => void): void;
  /** Runs what is planned until nothing is, or `isOver` says so; between two steps all code runs until it waits. */
  run(isOver: () => boolean): Promise<void>;
}

interface Planned {
  atMs: number;
  order: number;
  run: () => void;
}

export function newScheduler(startMs: number): Scheduler {
  const heap: Planned[] = [];
  let nowMs = startMs;
  let planned = 0;
  return {
    get nowMs() {
      return nowMs;
    },
    after: (delayMs, run) => push(heap, { atMs: nowMs + Math.max(0, delayMs), order: planned++, run }),
    run: async (isOver) => {
      for (let next = pop(heap); next; next = pop(heap)) {
        nowMs = next.atMs;
        next.run();
        await quiet();
        if (isOver()) return;
      }
    },
  };
}

/** Resolves when no code can go on by itself: nothing here waits for anything but the scheduler. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Planned[], one: Planned): void {
  let at = heap.push(one) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(one, heap[parent])) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = one;
}

function pop(heap: Planned[]): Planned | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
    if (!isBefore(heap[child], last)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return first;
}
