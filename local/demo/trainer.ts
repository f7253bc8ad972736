import { createClient, ProblemError } from '../../shared/api/client.ts';
import type { Params } from '../../shared/domain/parameter.ts';
import { loadDigits } from './digits.ts';
import { trainEpochs } from './mlp.ts';
import { epochCount, metric, mlpParamsOf, trainingSeed } from './study.ts';

// One training of a managed study, started by the service for each attempt of a trial. It could as well be a program in
// any other language: all it gets is its environment, and all it leaves is the last line of its output.

const { CAVIA_URL, CAVIA_TOKEN, CAVIA_STUDY, CAVIA_TRIAL, CAVIA_ATTEMPT, CAVIA_JOB_ID, CAVIA_PARAMS } = process.env;
const place = { study: CAVIA_STUDY!, number: CAVIA_TRIAL! };
const attempt = Number(CAVIA_ATTEMPT);
const client = createClient(CAVIA_URL!, { apiKey: CAVIA_TOKEN! });

if (await isLetIn()) {
  const params = mlpParamsOf(JSON.parse(CAVIA_PARAMS!) as Params);
  let loss = Number.NaN;
  for (const { epoch, validationLoss } of trainEpochs(params, loadDigits(), trainingSeed, epochCount)) {
    loss = validationLoss;
    await client.report({ ...place, body: { attempt, step: epoch, values: { [metric]: loss } } }).catch(ignoreAway);
  }
  // JSON has no NaN; as a word it makes the trial infeasible.
  console.log(JSON.stringify({ values: { [metric]: Number.isFinite(loss) ? loss : 'NaN' } }));
}

/** Of several jobs for one attempt, one trains. */
async function isLetIn(): Promise<boolean> {
  try {
    await client.startTrial({ ...place, body: { attempt, jobId: CAVIA_JOB_ID! } });
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

/** A server that is away, or restarted at another address, is no reason to give up: the last line counts. */
function ignoreAway(): void {}
