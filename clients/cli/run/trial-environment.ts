import type { Trial } from '../api.ts';
import type { AttemptFolder } from './run-folder.ts';

/** What a program sees of its trial: the variables of a managed one. */
export function trialEnvironment(
  { url, study }: { url: string; study: string },
  { number, attempt, params, seed }: Trial,
  folder: AttemptFolder,
  gpu: string | undefined,
): NodeJS.ProcessEnv {
  return {
    ...(gpu !== undefined && { CUDA_VISIBLE_DEVICES: gpu }),
    CAVIA_URL: url,
    CAVIA_STUDY: study,
    CAVIA_TRIAL: String(number),
    CAVIA_ATTEMPT: String(attempt),
    CAVIA_PARAMS: JSON.stringify(params),
    CAVIA_SEED: String(seed),
    CAVIA_RESULT_URI: folder.result,
    CAVIA_CHECKPOINT_URI: folder.checkpoint,
  };
}
