import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ProblemError } from '../../shared/api/client.ts';
import { messageLengthMax } from '../../shared/api/messages.ts';
import type { Trial } from '../../shared/domain/trial.ts';
import { loadDigits } from './digits.ts';
import { trainEpochs } from './mlp.ts';
import { epochCount, metric, mlpParamsOf, trainingSeed } from './study.ts';

// One worker process, run by crew.ts as `worker.ts URL STUDY NAME`: asks for a trial, trains, tells, and so on. All it
// knows of the service is the address, so it could as well run on another machine.

const askAgainSeconds = 2;

const [url, study, worker] = process.argv.slice(2) as [string, string, string];
const client = createClient(url);
const digits = loadDigits();
const stopping = new AbortController();
// Ctrl-C reaches every process on the terminal; what it means to a worker is for the parent to say.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => stopping.abort());
// The parent is gone, perhaps killed, and the service with it: nobody is left to give a trial back to.
process.once('disconnect', () => process.exit(1));

try {
  await work(stopping.signal);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`, () => process.exit(1));
}

/** Until the study is finished, or the worker has to go. */
async function work(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { trials, reason, retryAfterSeconds = askAgainSeconds } = await client.ask({ study, body: { worker } });
    if (trials.length > 0) await tryOut(trials[0], signal);
    else if (reason === 'finished' || reason === 'exhausted') return;
    else await pause(retryAfterSeconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

async function tryOut(trial: Trial, signal: AbortSignal): Promise<void> {
  const { number, attempt } = trial;
  try {
    const loss = await train(trial, signal);
    // Not a number makes the trial infeasible: that it diverged is the fault of the params, not of the machine.
    if (loss !== undefined) await client.tell({ study, number, body: { attempt, values: { [metric]: loss } } });
    else await client.release({ study, number, body: { attempt } });
  } catch (error) {
    if (isLost(error)) return;
    const message = (error as Error).message.slice(0, messageLengthMax);
    await client.tell({ study, number, body: { attempt, state: 'failed', message } });
  }
}

/** @returns the last loss; undefined when the worker has to go before the end. Every report is a sign of life too. */
async function train({ number, attempt, params }: Trial, signal: AbortSignal): Promise<number | undefined> {
  let loss = Number.NaN;
  for (const { epoch, validationLoss } of trainEpochs(mlpParamsOf(params), digits, trainingSeed, epochCount)) {
    if (signal.aborted) return undefined;
    loss = validationLoss;
    await client.report({ study, number, body: { attempt, step: epoch, values: { [metric]: loss } } });
  }
  return loss;
}

/** Somebody else has the trial by now, or it was ended over the API: there is nothing to tell. */
function isLost(error: unknown): boolean {
  return error instanceof ProblemError && (error.problem.status === 409 || error.problem.status === 404);
}
