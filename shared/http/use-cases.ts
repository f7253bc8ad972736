import type { Operation } from '../api/routes.ts';
import { advice } from '../service/advice.ts';
import { ask } from '../service/ask.ts';
import { best } from '../service/best.ts';
import type { Call, Reply } from '../service/call.ts';
import { cancel } from '../service/cancel.ts';
import { confirm } from '../service/confirm.ts';
import { createApiKey } from '../service/create-api-key.ts';
import { createStudy } from '../service/create-study.ts';
import { deleteStudy } from '../service/delete-study.ts';
import { enqueue } from '../service/enqueue.ts';
import { exportTrials, type Stream } from '../service/export-trials.ts';
import { getStudy } from '../service/get-study.ts';
import { getTrial } from '../service/get-trial.ts';
import { importance } from '../service/importance.ts';
import { lintSpace } from '../service/lint-space.ts';
import { listApiKeys } from '../service/list-api-keys.ts';
import { listPresets } from '../service/list-presets.ts';
import { listStudies } from '../service/list-studies.ts';
import { listTrials } from '../service/list-trials.ts';
import type { Ports } from '../service/ports.ts';
import { predict } from '../service/predict.ts';
import { release } from '../service/release.ts';
import { replay } from '../service/replay.ts';
import { report } from '../service/report.ts';
import { retry } from '../service/retry.ts';
import { revokeApiKey } from '../service/revoke-api-key.ts';
import { suggestStateless } from '../service/suggest-stateless.ts';
import { nudging } from '../service/training/nudge.ts';
import { startTrial } from '../service/training/start-trial.ts';
import { trialLog } from '../service/training/trial-log.ts';
import { tell } from '../service/tell.ts';
import { updateStudy } from '../service/update-study.ts';

/** A use case as the router calls it: the call's query and body have been parsed by the route's schemas. */
// eslint-disable-next-line typescript/no-explicit-any -- the schemas of the route table stand for the types here
type UseCase = (ports: Ports, call: Call<any, any>) => Promise<Reply<unknown> | Stream>;

/** Which use case serves which operation; what the router answers by itself is left out. */
export const useCases: Record<Exclude<Operation, 'health' | 'openapi'>, UseCase> = {
  createStudy,
  listStudies,
  getStudy,
  updateStudy: nudging(updateStudy),
  deleteStudy,
  ask,
  enqueue: nudging(enqueue),
  listTrials,
  getTrial,
  tell,
  report,
  startTrial,
  trialLog,
  release: nudging(release),
  cancel: nudging(cancel),
  retry: nudging(retry),
  replay,
  best,
  exportTrials,
  confirm: nudging(confirm),
  advice,
  importance,
  predict,
  suggestStateless,
  lintSpace,
  listPresets,
  createApiKey,
  listApiKeys,
  revokeApiKey,
};
