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

/** @param refit works on one study. @returns whether there is more to do. */
export function startFits(refit: (study: StudyName) => Promise<boolean>, onFault: (error: unknown) => void): Fits {
  const wanted = new Map<string, StudyName>();
  let working: Promise<void> | undefined;
  let isStopped = false;

  async function workOff(): Promise<void> {
    for (const [id, study] of wanted) {
      if (isStopped) break;
      wanted.delete(id);
      try {
        if (await refit(study)) wanted.set(id, study);
      } catch (error) {
        // The next result asks for it again.
        onFault(error);
      }
    }
    working = undefined;
  }

  return {
    want: ({ tenant, id }) => {
      if (isStopped) return;
      wanted.set(id, { tenant, id });
      working ??= Promise.resolve().then(workOff);
    },
    stop: async () => {
      isStopped = true;
      await working;
    },
  };
}
