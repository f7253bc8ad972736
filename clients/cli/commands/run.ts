import { hostname } from 'node:os';
import type { Client, Study } from '../api.ts';
import { command } from '../command.ts';
import { count } from '../count.ts';
import { templateFault } from '../command-template.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { readTrials } from '../read-trials.ts';
import { misused, Refusal } from '../refusal.ts';
import { runCrew } from '../run/crew.ts';
import { findProgram } from '../run/find-program.ts';
import { watchInterrupts } from '../run/interrupts.ts';
import { isAway, watchOutage } from '../run/outage.ts';
import { openSpool, type Spool } from '../run/spool.ts';
import type { TrainingProcess } from '../run/training-process.ts';
import { sayWhatNext } from '../say-what-next.ts';
import { findStudy } from '../study-name.ts';
import { progressText, stateText } from '../study-text.ts';
import { paramsText, rankedText } from '../trial-text.ts';
import { wholeNumber } from '../whole-number.ts';

const workerCountMax = 256;
const requestRetries = 5;

export const run = command({
  name: 'run',
  summary: 'Tune a program on this machine: start it for one trial after the other until the budget is spent.',
  operands: [{ name: 'STUDY', about: 'its name' }],
  options: {
    workers: { type: 'string', short: 'w', value: 'N', about: 'how many at the same time; 1, or one for each GPU' },
    gpus: { type: 'string', value: 'LIST', about: 'such as 0,1: each worker has one of them' },
    patience: { type: 'string', value: 'SECONDS', about: 'how long the service may be away; 300 when left out' },
  },
  rest: 'PROGRAM…',
  notes: [
    'In the arguments {lr} is the value of the parameter lr, {*} all parameters as --name value, {{lr}} the text {lr}.',
    'The program is started without a shell. It prints its result on its last line: a number, or',
    '{"values": {"loss": 0.3}}, and sees CAVIA_PARAMS (JSON), CAVIA_SEED and the rest of what managed trials see.',
    'What it writes is in .cavia/runs/STUDY. Ctrl-C once lets trials end, twice ends and gives them back, thrice kills.',
  ],
  examples: [
    'cavia run digits -- python train.py --lr {learningRate}',
    'cavia run digits -w 4 --gpus 0,1,2,3 -- python train.py {*}',
  ],
  run: async ({ operands: [name], options, rest, cavia, out }) => {
    const gpus = options.gpus?.split(',').map((gpu) => gpu.trim());
    const workers = wholeNumber('--workers', options.workers ?? String(gpus?.length ?? 1), 1);
    if (workers > workerCountMax) throw misused(`--workers must be at most ${workerCountMax}; got ${workers}.`);
    const patienceMs = wholeNumber('--patience', options.patience ?? '300') * 1000;
    if (rest === undefined || rest.length === 0)
      throw misused('Say the program after --: cavia run STUDY -- python train.py {*}');
    const path = cavia.environment['PATH'] ?? '';
    const client = await cavia.client(requestRetries);
    const study = await findStudy(client, name);
    const fault = templateFault(rest, Object.keys(study.space));
    if (fault !== undefined) throw misused(fault);
    if (findProgram(rest[0], path) === undefined) {
      const where = rest[0].includes('/') ? '' : ' on the PATH';
      throw new Refusal(
        `There is no program ${JSON.stringify(rest[0])}${where}: check the command after --.`,
        exitCodes.program,
      );
    }
    if (study.training)
      throw new Refusal(`${study.name} trains by itself: cavia study watch ${study.name} shows how it stands.`);
    const spool = openSpool(cavia.environment);
    await tellWhatWasLeft(client, spool, cavia.url, out);
    if (study.state === 'finished') return finish(client, study, out, false);

    const running = new Set<TrainingProcess>();
    const interrupts = watchInterrupts((level) => {
      if (level === 1)
        out.say(`Taking no more trials; ${count(running.size, 'program')} may run to the end. Ctrl-C again ends them.`);
      if (level === 2) out.say('Ending the programs, and giving their trials back. Ctrl-C again kills them.');
      const signal = level === 2 ? 'SIGTERM' : 'SIGKILL';
      if (level > 1) for (const process of running) process.signal(signal);
    });
    const end = await runCrew({
      client,
      study,
      url: cavia.url,
      command: rest,
      environment: cavia.environment,
      workers,
      gpus,
      worker: `${hostname()}-${process.pid}`.slice(-128),
      interrupts,
      outage: watchOutage(patienceMs, Date.now, out.say),
      spool,
      nowMs: Date.now,
      say: out.say,
      running,
    }).finally(interrupts.stop);
    const kept = spool.leftFor(cavia.url).length;
    if (kept > 0)
      out.say(
        `${count(kept, 'result')} kept in ${spool.folder}: the next cavia run tells ${kept === 1 ? 'it' : 'them'}.`,
      );
    if (end.kind === 'program') throw new Refusal(end.sentence, exitCodes.program);
    if (end.kind === 'away') {
      const code = interrupts.level() > 0 ? exitCodes.interrupted : exitCodes.unreachable;
      throw new Refusal(`${end.sentence}; start it again, then go on with cavia run ${study.name}.`, code);
    }
    return finish(client, study, out, interrupts.level() > 0);
  },
});

async function tellWhatWasLeft(client: Client, spool: Spool, url: string, out: Output): Promise<void> {
  for (const { tell, forget, setAside } of spool.leftFor(url)) {
    const { study, number, result, idempotencyKey } = tell;
    try {
      await client.tell({ study, number, body: result, idempotencyKey });
      forget();
      out.say(`Told the result of trial ${number} that was kept.`);
    } catch (error) {
      if (isAway(error)) throw error;
      setAside();
      out.say(`The result of trial ${number} that was kept is not taken: ${(error as Error).message}`);
    }
  }
}

async function finish(client: Client, { id, name }: Study, out: Output, isInterrupted: boolean): Promise<ExitCode> {
  const [study, best] = await Promise.all([
    client.getStudy({ study: id }),
    client.best({ study: id, query: { top: 10 } }),
  ]);
  if (out.isJson) out.printJson(best);
  else
    for (const trial of best.best ? [best.best] : best.trials)
      out.print(`best: trial ${trial.number}, ${rankedText(trial, study)}: ${paramsText(trial.params)}`);
  out.say(`${name} is ${stateText(study)}: ${progressText(study)}.`);
  if (isInterrupted) {
    out.next(`cavia run ${name} -- …`);
    return exitCodes.interrupted;
  }
  const hasResults = best.trials.length > 0;
  if (study.state !== 'finished' || hasResults) {
    sayWhatNext(study, hasResults, out);
    return exitCodes.done;
  }
  out.say(await whyNoResults(client, study));
  sayWhatNext(study, false, out);
  return exitCodes.refused;
}

/** `No trial of digits is complete: 3 infeasible, 1 failed; cavia trial show digits 0 says why.` */
async function whyNoResults(client: Client, { id, name }: Study): Promise<string> {
  const trials = await readTrials(client, id);
  const counts = [...Map.groupBy(trials, ({ state }) => state)].map(([state, { length }]) => `${length} ${state}`);
  if (counts.length === 0) return `No trial of ${name} is complete.`;
  return `No trial of ${name} is complete: ${counts.join(', ')}; cavia trial show ${name} ${trials[0].number} says why.`;
}
