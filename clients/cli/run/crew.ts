import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { printedResult, resultExample } from '../../../shared/api/printed-result.ts';
import type { Client, Study, TellRequest, Trial } from '../api.ts';
import { filledTemplate } from '../command-template.ts';
import { paramsText, valuesText } from '../trial-text.ts';
import { failureStreak } from './failure-streak.ts';
import { startHeart } from './heart.ts';
import type { Interrupts } from './interrupts.ts';
import type { RefusedRequest } from './moot.ts';
import { PatienceOver, type Outage } from './outage.ts';
import { attemptFolder, type AttemptFolder } from './run-folder.ts';
import type { Spool } from './spool.ts';
import { tellSurely } from './tell-surely.ts';
import { startTraining, type ProcessEnd, type TrainingProcess } from './training-process.ts';
import { trialEnvironment } from './trial-environment.ts';

export interface CrewSettings {
  client: Client;
  study: Study;
  url: string;
  /** The program and its arguments, with parameters in braces. */
  command: readonly string[];
  environment: NodeJS.ProcessEnv;
  workers: number;
  /** What CUDA calls the GPUs; each worker has one. */
  gpus: readonly string[] | undefined;
  worker: string;
  interrupts: Interrupts;
  outage: Outage;
  spool: Spool;
  nowMs: () => number;
  say: (sentence: string) => void;
  /** The programs that run; whoever interrupts signals them. */
  running: Set<TrainingProcess>;
}

/** Why a crew ended: the study had nothing more to give, or the program is at fault, or the service is away. */
export type CrewEnd = { kind: 'done' } | { kind: 'program'; sentence: string } | { kind: 'away'; sentence: string };

const messageLengthMax = 1000;
const pausedSeconds = 1;

/** One process per worker, until the study has nothing more to give. */
export async function runCrew(settings: CrewSettings): Promise<CrewEnd> {
  const { client, study, interrupts, outage, say, nowMs, running } = settings;
  const streak = failureStreak();
  const metrics = study.objectives.map(({ metric }) => metric);
  const isBest = bestNoticer(study);
  const said = new Set<string>();
  let end: CrewEnd | undefined;
  const teller = { ...settings, isWanted: () => interrupts.level() < 2 };
  const isOver = (): boolean => end !== undefined || interrupts.level() > 0;
  const blame = (sentence: string): void => void (end ??= { kind: 'program', sentence });

  function sayOnce(sentence: string): void {
    if (!said.has(sentence)) say(sentence);
    said.add(sentence);
  }

  async function work(slot: number): Promise<void> {
    while (!isOver()) {
      const body = { count: 1, worker: settings.worker };
      const answer = await outage.through(
        () => client.ask({ study: study.id, body }),
        () => !isOver(),
      );
      const [trial] = answer.trials;
      if (trial) await train(trial, slot);
      else if (answer.reason === 'paused') {
        sayOnce(`${study.name} is paused: cavia study resume ${study.name} goes on with it.`);
        await rest(pausedSeconds);
      } else if (answer.retryAfterSeconds === undefined) return;
      else await rest(answer.retryAfterSeconds);
    }
  }

  /** Until something may have changed, or it is interrupted. */
  async function rest(seconds: number): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: interrupts.first }).catch(() => undefined);
  }

  async function train(trial: Trial, slot: number): Promise<void> {
    // It may have been told to end while the trial was being given out.
    if (isOver()) return giveBack(trial);
    const startMs = nowMs();
    const started = await start(trial, slot);
    if (!started) return giveBack(trial);
    const { process, folder } = started;
    const heart = startHeart(client, study, trial, process, ({ message }) => sayOnce(message));
    const ended = await process.ended;
    heart.stop();
    running.delete(process);
    if (heart.isLost()) return say(`trial ${trial.number} is not wanted any more: its program was ended.`);
    await settle(trial, folder, ended, (nowMs() - startMs) / 1000);
  }

  async function start(
    trial: Trial,
    slot: number,
  ): Promise<{ process: TrainingProcess; folder: AttemptFolder } | undefined> {
    const place = { url: settings.url, study: study.id };
    const argv = filledTemplate(settings.command, trial.params);
    try {
      const folder = attemptFolder(study.name, trial.number, trial.attempt);
      const own = trialEnvironment(place, trial, folder, settings.gpus?.[slot % settings.gpus.length]);
      const process = await startTraining(argv, { ...settings.environment, ...own }, folder.log);
      running.add(process);
      say(`trial ${trial.number} started: ${paramsText(trial.params)}`);
      // The second Ctrl-C may have come while it was being started.
      if (interrupts.level() >= 2) process.signal('SIGTERM');
      return { process, folder };
    } catch (error) {
      blame(`The program could not be started: ${(error as Error).message}.`);
      return undefined;
    }
  }

  /** What the end of a program means for its trial. */
  async function settle(trial: Trial, folder: AttemptFolder, ended: ProcessEnd, seconds: number): Promise<void> {
    const { number, attempt } = trial;
    const left = existsSync(folder.result) ? readFileSync(folder.result, 'utf8') : undefined;
    const text = left ?? (ended.code === 0 ? ended.lastLine : undefined);
    // What may be wrong in it, the service says.
    const result: Omit<TellRequest, 'attempt'> | undefined =
      text === undefined ? undefined : printedResult(text, metrics);
    if (result) return deliver(trial, { ...result, attempt }, folder, seconds);
    // It may have told by itself.
    const now = await outage
      .through(() => client.getTrial({ study: study.id, number }), teller.isWanted)
      .catch(() => undefined);
    if (now && now.attempt === attempt && now.finished !== null) return noteResult(now, seconds);
    if (ended.code !== 0) {
      if (interrupts.level() >= 2) return giveBack(trial);
      const how = ended.signal ?? `exit code ${ended.code}`;
      const message = ended.complaint === '' ? how : `${how}: ${ended.complaint}`;
      return fail(trial, message, `${how}${lastLineOf(ended.complaint)}`, folder);
    }
    const shown = text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 100));
    if (streak.hasResults())
      return fail(trial, `It printed no result: ${shown}`, `it printed no result but ${shown}`, folder);
    await giveBack(trial);
    blame(
      `The program must print its result on its last line, like ${resultExample(metrics)}; ` +
        `trial ${number} printed ${shown}. Its output is in ${folder.log}`,
    );
  }

  async function deliver(trial: Trial, body: TellRequest, folder: AttemptFolder, seconds: number): Promise<void> {
    try {
      const now = await tellSurely(teller, study.id, trial.number, body);
      if (now?.state === 'waiting' || now?.state === 'failed')
        return say(`trial ${trial.number} failed: ${now.message ?? 'it said so'} (${folder.log})`);
      if (now) noteResult(now, seconds);
    } catch (error) {
      const { problem } = error as RefusedRequest;
      if (problem?.status !== 422) throw error;
      await giveBack(trial);
      blame(`Trial ${trial.number} printed a result that is refused: ${problem.detail}`);
    }
  }

  async function fail(
    { number, attempt }: Trial,
    message: string,
    shown: string,
    folder: AttemptFolder,
  ): Promise<void> {
    say(`trial ${number} failed: ${shown} (${folder.log})`);
    const countInARow = streak.failed(number);
    if (countInARow !== undefined)
      blame(`The program failed ${countInARow} times in a row, last with ${shown}. Its output is in ${folder.log}`);
    const body = { attempt, state: 'failed' as const, message: message.slice(-messageLengthMax) };
    await tellSurely(teller, study.id, number, body);
  }

  function noteResult(trial: Trial, seconds: number): void {
    streak.succeeded();
    say(resultLine(trial, study, seconds) + (isBest(trial) ? ', the best so far' : ''));
  }

  /** No attempt is held against it. When the service is away, its lease ends by itself. */
  async function giveBack({ number, attempt }: Trial): Promise<void> {
    await client.release({ study: study.id, number, body: { attempt } }).catch(() => undefined);
  }

  async function workSafely(slot: number): Promise<void> {
    try {
      await work(slot);
    } catch (error) {
      end ??= error instanceof PatienceOver ? { kind: 'away', sentence: error.message } : { kind: 'done' };
      if (!(error instanceof PatienceOver)) throw error;
    }
  }

  // All of them end before anything is thrown: their programs run on.
  const slots = await Promise.allSettled(Array.from({ length: settings.workers }, (_, slot) => workSafely(slot)));
  const broken = slots.find((slot) => slot.status === 'rejected');
  if (broken) throw broken.reason;
  if (end) return end;
  if (!streak.hasResults() && streak.hasFailures())
    blame('No trial of this run gave a result: cavia trial log shows what they wrote.');
  return end ?? { kind: 'done' };
}

/** Tells of each result whether it is the best so far of this run, where there is one objective. */
function bestNoticer({ objectives }: Study): (trial: Trial) => boolean {
  const [{ metric, direction }] = objectives;
  let best: number | undefined;
  return ({ state, values }) => {
    const value = values?.[metric];
    if (objectives.length > 1 || state !== 'complete' || value === undefined) return false;
    const isBetter = best === undefined || (direction === 'minimize' ? value < best : value > best);
    if (isBetter) best = value;
    return isBetter;
  };
}

function resultLine(trial: Trial, study: Study, seconds: number): string {
  const { number, state, message } = trial;
  const took = `after ${seconds < 10 ? Math.max(0, seconds).toFixed(1) : Math.round(seconds)} s`;
  if (state === 'complete') return `trial ${number} ${valuesText(trial, study)} ${took}`;
  return `trial ${number} ${state} ${took}${message === null ? '' : `: ${message}`}`;
}

function lastLineOf(complaint: string): string {
  const line = complaint.split('\n').findLast((one) => one.trim() !== '');
  return line === undefined ? '' : `, ${line.trim().slice(0, 120)}`;
}
