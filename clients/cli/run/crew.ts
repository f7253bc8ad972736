import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync, readFileSync } from 'node:fs';
import type { Client, Study, TellRequest, Trial } from '../api.ts';
import { filledTemplate } from '../command-template.ts';
import { paramsText, valuesText } from '../trial-text.ts';
import type { Interrupts } from './interrupts.ts';
import { isAway, PatienceOver, type Outage } from './outage.ts';
import { printedResult, resultExample } from './printed-result.ts';
import { attemptFolder, type AttemptFolder } from './run-folder.ts';
import type { Spool } from './spool.ts';
import { startTraining, type ProcessEnd, type TrainingProcess } from './training-process.ts';

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
  /** Called with each program that runs, for as long as it runs. */
  running: Set<TrainingProcess>;
}

/** Why a crew ended before the budget did; undefined when nothing was left to do. */
export type CrewEnd = { kind: 'done' } | { kind: 'program'; sentence: string } | { kind: 'away'; sentence: string };

/** Failures in a row, of so many trials, after which a program is held to be broken. */
const failureCountMax = { beforeResults: 3, later: 10 };
const failedTrialCountMin = 2;
const beatSecondsMax = 30;
const messageLengthMax = 1000;
/** The trial has a result, or is somebody else's by now. */
const moot = new Set(['result_conflict', 'trial_finished', 'lease_superseded', 'trial_not_found', 'study_not_found']);

/** One process per worker, until the study has nothing more to give. */
export async function runCrew(settings: CrewSettings): Promise<CrewEnd> {
  const { client, study, interrupts, outage, spool, say, nowMs } = settings;
  const objective = study.objectives.length === 1 ? study.objectives[0] : undefined;
  let end: CrewEnd | undefined;
  let resultCount = 0;
  let bestSoFar: number | undefined;
  let failures: number[] = [];
  const noted = new Set<string>();
  const isOver = (): boolean => end !== undefined || interrupts.level() > 0;

  function note(reason: string, sentence: string): void {
    if (!noted.has(reason)) say(sentence);
    noted.add(reason);
  }

  async function work(slot: number): Promise<void> {
    while (!isOver()) {
      const answer = await outage.through(() =>
        client.ask({ study: study.id, body: { count: 1, worker: settings.worker } }),
      );
      const [trial] = answer.trials;
      if (trial) await train(trial, slot);
      else if (answer.retryAfterSeconds === undefined) return;
      else {
        if (answer.reason === 'paused')
          note('paused', `${study.name} is paused: cavia study resume ${study.name} goes on.`);
        await sleep(answer.retryAfterSeconds * 1000, undefined, { signal: interrupts.first }).catch(() => undefined);
      }
    }
  }

  async function train(trial: Trial, slot: number): Promise<void> {
    const { number, attempt, params } = trial;
    // It may have been told to end while it was being given out.
    if (isOver()) return giveBack(trial);
    const folder = attemptFolder(study.name, number, attempt);
    const startMs = nowMs();
    let process: TrainingProcess;
    try {
      process = await startTraining(
        filledTemplate(settings.command, params),
        environmentOf(trial, folder, slot),
        folder.log,
      );
    } catch (error) {
      await giveBack(trial);
      end ??= { kind: 'program', sentence: `The program could not be started: ${(error as Error).message}.` };
      return;
    }
    settings.running.add(process);
    say(`trial ${number} started: ${paramsText(params)}`);
    // The second Ctrl-C may have come while it was being started.
    if (interrupts.level() >= 2) process.signal('SIGTERM');
    const heart = startHeart(trial, process);
    const ended = await process.ended;
    heart.stop();
    settings.running.delete(process);
    const seconds = Math.max(0, (nowMs() - startMs) / 1000);
    if (heart.isLost()) return say(`trial ${number} is not wanted any more: its program was ended.`);
    await settle(trial, folder, ended, seconds);
  }

  async function settle(trial: Trial, folder: AttemptFolder, ended: ProcessEnd, seconds: number): Promise<void> {
    const { number, attempt } = trial;
    const left = existsSync(folder.result) ? readFileSync(folder.result, 'utf8') : undefined;
    const text = left ?? (ended.code === 0 ? ended.lastLine : undefined);
    const result = text === undefined ? undefined : printedResult(text, study.objectives);
    if (result) return deliver(trial, { ...result, attempt }, folder, seconds);
    // It may have told by itself.
    const now = await outage.through(() => client.getTrial({ study: study.id, number })).catch(() => undefined);
    if (now && now.attempt === attempt && now.finished !== null) return sayResult(now, seconds);
    if (interrupts.level() >= 2 && ended.code !== 0) return giveBack(trial);
    if (ended.code !== 0) {
      const how = ended.signal === null ? `exit code ${ended.code}` : ended.signal;
      const message = ended.complaint === '' ? how : `${how}: ${ended.complaint}`;
      return fail(trial, message, `${how}${lastLineOf(ended.complaint)}`, folder);
    }
    const shown = text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 100));
    const sentence = `The program must print its result on its last line, like ${resultExample(study.objectives)}; trial ${number} printed ${shown}. Its output is in ${folder.log}`;
    if (resultCount > 0)
      return fail(trial, `It printed no result: ${shown}`, `it printed no result but ${shown}`, folder);
    await giveBack(trial);
    end ??= { kind: 'program', sentence };
  }

  async function fail(trial: Trial, message: string, shown: string, folder: AttemptFolder): Promise<void> {
    const { number, attempt } = trial;
    say(`trial ${number} failed: ${shown} (${folder.log})`);
    failures.push(number);
    await told(trial, { attempt, state: 'failed', message: message.slice(-messageLengthMax) });
    const countMax = resultCount === 0 ? failureCountMax.beforeResults : failureCountMax.later;
    if (failures.length >= countMax && new Set(failures).size >= failedTrialCountMin)
      end ??= {
        kind: 'program',
        sentence: `The program failed ${failures.length} times in a row, last with ${shown}. Its output is in ${folder.log}`,
      };
  }

  async function deliver(trial: Trial, body: TellRequest, folder: AttemptFolder, seconds: number): Promise<void> {
    try {
      const now = await told(trial, body);
      if (now?.state === 'waiting' || now?.state === 'failed')
        return say(`trial ${trial.number} failed: ${now.message ?? 'it said so'} (${folder.log})`);
      failures = [];
      resultCount++;
      if (now) sayResult(now, seconds);
    } catch (error) {
      const { problem } = error as { problem?: { status: number; detail: string } };
      if (problem?.status !== 422) throw error;
      // The result is none that this study takes.
      await giveBack(trial);
      end ??= {
        kind: 'program',
        sentence: `Trial ${trial.number} printed a result that is refused: ${problem.detail}`,
      };
    }
  }

  /** @returns the trial as it is now; undefined when it is somebody else's. */
  async function told(trial: Trial, body: TellRequest): Promise<Trial | undefined> {
    const kept = spool.keep({ url: settings.url, study: study.id, number: trial.number, result: body });
    const { idempotencyKey } = kept.tell;
    try {
      const now = await outage.through(() =>
        client.tell({ study: study.id, number: trial.number, body, idempotencyKey }),
      );
      kept.forget();
      return now;
    } catch (error) {
      const { problem } = error as { problem?: { code: string; status: number; detail: string } };
      const isMoot = problem !== undefined && moot.has(problem.code);
      // What is not refused for good, for want of a key for instance, is told later.
      if (isMoot || problem?.status === 422) kept.forget();
      if (!isMoot) throw error;
      say(problem.detail);
      return undefined;
    }
  }

  function sayResult(trial: Trial, seconds: number): void {
    const took = `after ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
    const shown = trial.state === 'complete' ? valuesText(trial, study) : trial.state;
    const why = trial.state !== 'complete' && trial.message ? `: ${trial.message}` : '';
    say(`trial ${trial.number} ${shown} ${took}${why}${isBest(trial) ? ', the best so far' : ''}`);
  }

  function isBest({ state, values }: Trial): boolean {
    const value = objective && values?.[objective.metric];
    if (state !== 'complete' || value === undefined) return false;
    const isBetter =
      bestSoFar === undefined || (objective!.direction === 'minimize' ? value < bestSoFar : value > bestSoFar);
    if (isBetter) bestSoFar = value;
    return isBetter;
  }

  /** Nobody's attempt is lost by it. When the service is away, its lease ends by itself. */
  async function giveBack({ number, attempt }: Trial): Promise<void> {
    await client.release({ study: study.id, number, body: { attempt } }).catch(() => undefined);
  }

  /** Renews the lease, and hears when the trial is not wanted any more. */
  function startHeart({ number, attempt }: Trial, process: TrainingProcess): { stop(): void; isLost(): boolean } {
    let isLost = false;
    const lose = (): void => {
      isLost = true;
      process.signal('SIGTERM');
      setTimeout(() => process.signal('SIGKILL'), 10_000).unref();
    };
    const beat = async (): Promise<void> => {
      try {
        const { stop } = await client.report({ study: study.id, number, body: { attempt } });
        if (stop) lose();
      } catch (error) {
        const { problem } = error as { problem?: { code: string } };
        // A result that the program told by itself ends the trial too.
        if (problem && moot.has(problem.code) && problem.code !== 'result_conflict') await loseUnlessTold();
        else if (!isAway(error)) note('beat', (error as Error).message);
      }
    };
    const loseUnlessTold = async (): Promise<void> => {
      const now = await client.getTrial({ study: study.id, number }).catch(() => undefined);
      if (now === undefined || now.attempt !== attempt || now.state === 'cancelled') lose();
    };
    const timer = setInterval(() => void beat(), Math.min(beatSecondsMax, study.lease.seconds / 3) * 1000);
    return { stop: () => clearInterval(timer), isLost: () => isLost };
  }

  function environmentOf(trial: Trial, folder: AttemptFolder, slot: number): NodeJS.ProcessEnv {
    const { gpus } = settings;
    return {
      ...settings.environment,
      ...(gpus && { CUDA_VISIBLE_DEVICES: gpus[slot % gpus.length] }),
      CAVIA_URL: settings.url,
      CAVIA_STUDY: study.id,
      CAVIA_TRIAL: String(trial.number),
      CAVIA_ATTEMPT: String(trial.attempt),
      CAVIA_PARAMS: JSON.stringify(trial.params),
      CAVIA_SEED: String(trial.seed),
      CAVIA_RESULT_URI: folder.result,
      CAVIA_CHECKPOINT_URI: folder.checkpoint,
    };
  }

  const slots = await Promise.allSettled(
    Array.from({ length: settings.workers }, async (_, slot) => {
      try {
        await work(slot);
      } catch (error) {
        if (!(error instanceof PatienceOver)) {
          end ??= { kind: 'done' };
          throw error;
        }
        end ??= { kind: 'away', sentence: error.message };
      }
    }),
  );
  const broken = slots.find((slot) => slot.status === 'rejected');
  if (broken) throw broken.reason;
  if (end) return end;
  if (resultCount === 0 && failures.length > 0)
    return { kind: 'program', sentence: 'No trial of this run gave a result: cavia trial log shows what they wrote.' };
  return { kind: 'done' };
}

function lastLineOf(complaint: string): string {
  const line = complaint.split('\n').findLast((one) => one.trim() !== '');
  return line === undefined ? '' : `, ${line.trim().slice(0, 120)}`;
}
