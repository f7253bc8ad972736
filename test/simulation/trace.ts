import { createHash } from 'node:crypto';

/** What happened, line by line: the last lines for people, a hash of all of them for comparing two runs. */
export interface Trace {
  note(who: string, what: string): void;
  readonly count: number;
  lastLines(): string[];
  hash(): string;
}

const keptMax = 40;

/** @param onLine sees every line, for a run that is replayed to be read. */
export function newTrace(nowMs: () => number, onLine: (line: string) => void = () => undefined): Trace {
  const kept: string[] = [];
  const hash = createHash('sha256');
  const startMs = nowMs();
  let count = 0;
  return {
    get count() {
      return count;
    },
    note: (who, what) => {
      const line = `${((nowMs() - startMs) / 1000).toFixed(3).padStart(9)} ${who.padEnd(12)} ${what}`;
      hash.update(line).update('\n');
      onLine(line);
      if (count++ < keptMax) kept.push(line);
      else kept[(count - 1) % keptMax] = line;
    },
    lastLines: () =>
      count <= keptMax ? [...kept] : [...kept.slice(count % keptMax), ...kept.slice(0, count % keptMax)],
    hash: () => hash.copy().digest('hex'),
  };
}
