/** What a person at the terminal wants, by how often they pressed Ctrl-C. */
export interface Interrupts {
  /** 0: go on; 1: let trials end; 2: tell programs to end; 3: kill them. */
  level(): 0 | 1 | 2 | 3;
  /** Aborted by the first one. */
  first: AbortSignal;
  stop(): void;
}

/** SIGTERM and a terminal that closes mean the same as two Ctrl-C: nobody is there to wait. */
export function watchInterrupts(onLevel: (level: 1 | 2 | 3) => void): Interrupts {
  const first = new AbortController();
  let level: 0 | 1 | 2 | 3 = 0;
  const raise = (by: number): void => {
    const next = Math.min(3, level + by) as 1 | 2 | 3;
    level = next;
    first.abort();
    onLevel(next);
  };
  const once = (): void => raise(1);
  const twice = (): void => raise(level === 0 ? 2 : 1);
  process.on('SIGINT', once);
  process.on('SIGTERM', twice);
  process.on('SIGHUP', twice);
  return {
    level: () => level,
    first: first.signal,
    stop: () => {
      process.off('SIGINT', once);
      process.off('SIGTERM', twice);
      process.off('SIGHUP', twice);
    },
  };
}
