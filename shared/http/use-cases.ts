import type { Operation } from '../api/routes.ts';
import { advice } from '../service/model/advice.ts';
import { ask } from '../service/trials/ask.ts';
import { best } from '../service/trials/best.ts';
import type { Call, Reply } from '../service/call.ts';
import { cancel } from '../service/trials/cancel.ts';
import { confirm } from '../service/trials/confirm.ts';
import { createApiKey } from '../service/keys/create-api-key.ts';
import { createStudy } from '../service/studies/create-study.ts';
import { deleteStudy } from '../service/studies/delete-study.ts';
import { enqueue } from '../service/trials/enqueue.ts';
import { exportTrials, type Stream } from '../service/trials/export-trials.ts';
import { getStudy } from '../service/studies/get-study.ts';
import { getTrial } from '../service/trials/get-trial.ts';
import { importance } from '../service/model/importance.ts';
import { lintSpace } from '../service/studies/lint-space.ts';
import { listApiKeys } from '../service/keys/list-api-keys.ts';
import { listPresets } from '../service/studies/list-presets.ts';
import { listStudies } from '../service/studies/list-studies.ts';
import { listTrials } from '../service/trials/list-trials.ts';
import type { Ports } from '../service/ports/ports.ts';
import { predict } from '../service/model/predict.ts';
import { release } from '../service/trials/release.ts';
import { replay } from '../service/model/replay.ts';
import { report } from '../service/trials/report.ts';
import { retry } from '../service/trials/retry.ts';
import { revokeApiKey } from '../service/keys/revoke-api-key.ts';
import { suggestStateless } from '../service/model/suggest-stateless.ts';
import { nudging } from '../service/training/nudge.ts';
import { startTrial } from '../service/training/start-trial.ts';
import { trialLog } from '../service/training/trial-log.ts';
import { tell } from '../service/trials/tell.ts';
import { updateStudy } from '../service/studies/update-study.ts';

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
