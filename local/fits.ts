import { setTimeout as pause } from 'node:timers/promises';

/** The studies that wait for a fit: each once, however often it is wanted, and one at a time. */
export interface Fits {
  want(study: StudyName): void;
  /** Takes no more, and lets the one that is being worked on end. */
  stop(): Promise<void>;
}

interface StudyName {
  tenant: string;
  id: string;
}

/** After each pass: results that come in meanwhile are fitted together. */
const pauseMs = 500;

/** @param refit works on one study. @returns whether there is more to do. */
export function startFits(refit: (study: StudyName) => Promise<boolean>, onFault: (error: unknown) => void): Fits {
  const wanted = new Map<string, StudyName>();
  const stopping = new AbortController();
  let working: Promise<void> | undefined;

  async function workOff(): Promise<void> {
    while (wanted.size > 0 && !stopping.signal.aborted) {
      const studies = [...wanted.values()];
      wanted.clear();
      for (const study of studies) if (!stopping.signal.aborted) await work(study);
      await pause(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
    working = undefined;
  }

  async function work(study: StudyName): Promise<void> {
    try {
      if (await refit(study)) wanted.set(study.id, study);
    } catch (error) {
      // The next result asks for it again.
      onFault(error);
    }
  }

  return {
    want: ({ tenant, id }) => {
      if (stopping.signal.aborted) return;
      wanted.set(id, { tenant, id });
      working ??= Promise.resolve().then(workOff);
    },
    stop: async () => {
      stopping.abort();
      await working;
    },
  };
}
