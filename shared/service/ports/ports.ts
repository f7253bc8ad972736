import type { ApiKeyStore } from './api-keys.ts';
import type { JobStore } from './jobs.ts';
import type { ModelStore } from './models.ts';
import type { ReceiptStore } from './receipts.ts';
import type { StudyRecord, StudyStore } from './studies.ts';
import type { TrainingPort } from './training.ts';
import type { TrialStore } from './trials.ts';

/** What the use cases need from outside. */
export interface Ports {
  studies: StudyStore;
  trials: TrialStore;
  apiKeys: ApiKeyStore;
  receipts: ReceiptStore;
  jobs: JobStore;
  /** What trains managed studies; undefined where nothing does. */
  training?: TrainingPort | undefined;
  models: ModelStore;
  /**
   * Told that a study may have results that its stored model does not know. A hint: who misses it, or hears it twice,
   * does no harm.
   */
  onResults: (study: Pick<StudyRecord, 'tenant' | 'id'>) => void;
  clock: { nowMs: () => number };
  identifiers: {
    /** A new lower-case ULID. */
    ulid: () => string;
    /** 256 random bits in base64url. */
    secret: () => string;
  };
  hashes: {
    sha256: (text: string) => string;
    hmac: (key: string, text: string) => string;
    /** Takes as long whether the texts differ early or late. */
    equal: (a: string, b: string) => boolean;
  };
}
