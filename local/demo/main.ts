import { setTimeout as pause } from 'node:timers/promises';
import { createClient, ProblemError } from '../../shared/api/client.ts';
import { openLocal, type LocalCavia } from '../index.ts';
import { noCrew, startCrew, type Crew } from './crew.ts';
import { listenForInterruption } from './interruption.ts';
import { npmCommand, outcomeOf } from './outcome.ts';
import { drawer, finalReport, lookOf, type Drawer, type Snapshot } from './progress.ts';
import { readSettings, usage, type DemoSettings } from './settings.ts';
import { openStudy, space, type OpenedStudy } from './study.ts';
import { watchStudy, type Sight } from './watch.ts';

const lookEveryMs = 300;

const settings = readArguments();
const { signal, exitCode } = listenForInterruption();
const cavia = await start();
try {
  process.exitCode = await demonstrate();
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  process.exitCode = refuse(error.message);
} finally {
  await cavia.close();
}

/** @returns the exit code. */
async function demonstrate(): Promise<number> {
  const startedMs = Date.now();
  const client = createClient(cavia.url);
  const opened = await openStudy(client, settings);
  const study = opened.study.name;
  console.log(introduction(opened));
  const view = drawer(process.stdout, process.env);
  const say = (sentence: string): void => {
    view.clear();
    console.log(sentence);
  };
  const crew = opened.study.training ? noCrew : startCrew({ url: cavia.url, study, workers: settings.workers, say });
  const look = watchStudy(client, { study, defaultNumber: opened.defaultNumber, startedMs, nowMs: Date.now });
  const { snapshot, isFinished, trouble } = await follow(look, crew, view);
  if (isFinished) {
    const report = finalReport(outcomeOf(snapshot, settings.data), lookOf(process.stdout, process.env));
    say(`${report}\nThe curl lines go into a second terminal, while the first one serves.`);
    return 0;
  }
  for (const { message, count } of trouble ?? []) say(`${count} attempts failed: ${message}`);
  say(`${signal.aborted ? 'Stopped' : 'Nobody trains any more'}: ${howToGoOn(snapshot)}`);
  return signal.aborted ? exitCode() : 1;
}

/** Draws what it sees until the study is finished, the demo is interrupted, or nobody works any more. */
async function follow(look: () => Promise<Sight>, crew: Crew, view: Drawer): Promise<Sight> {
  try {
    for (;;) {
      const isDeserted = crew.count() === 0;
      const sight = await look();
      view.draw(sight.snapshot);
      if (sight.isFinished || sight.trouble || isDeserted || signal.aborted) return sight;
      await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await crew.stop();
  }
}

function introduction({ study, isContinued }: OpenedStudy): string {
  const { name, budget, progress, training } = study;
  const what = isContinued
    ? `Going on with study ${name}: ${progress.ended} of its ${budget.trials} trials are done.`
    : `Study ${name}: ${budget.trials} trials of a small network that reads handwritten digits.`;
  const who = training
    ? `${budget.parallel} processes at a time, started by the service`
    : `${settings.workers} worker processes`;
  const how = `${who}, ${Object.keys(space).length} hyperparameters, data in ${settings.data}.`;
  return `${what}\n${how}\nServed at ${cavia.url} meanwhile; Ctrl-C stops.\n`;
}

function howToGoOn({ studyName, trialsTotal, complete, failed, infeasible }: Snapshot): string {
  const ended = complete + failed + infeasible;
  const command = npmCommand('run demo', settings.data);
  return `${ended} of ${trialsTotal} trials are done; ${command} goes on with study ${studyName}.`;
}

function readArguments(): DemoSettings {
  try {
    const read = readSettings(process.argv.slice(2));
    if (read) return read;
  } catch (error) {
    process.exit(refuse(`${(error as Error).message}\n\n${usage}`, 2));
  }
  console.log(usage);
  process.exit(0);
}

async function start(): Promise<LocalCavia> {
  try {
    return await openLocal({ data: settings.data });
  } catch (error) {
    if ((error as Error).name !== 'DataFolderRefused') throw error;
    process.exit(refuse((error as Error).message));
  }
}

function refuse(message: string, code = 1): number {
  console.error(message);
  return code;
}
