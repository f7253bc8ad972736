import { loadDigits } from './digits.ts';
import { testScore } from './mlp.ts';
import type { FinalReport, Snapshot } from './progress.ts';
import { dataDefault } from './settings.ts';
import { defaultParams, epochCount, mlpParamsOf, trainingSeed } from './study.ts';

/**
 * What the demo found. The test error is measured here, once, for the best params and the default ones: the study never
 * saw the test images, so choosing the best of many did not flatter it. Trains both again, which takes seconds.
 */
export function outcomeOf(snapshot: Snapshot, data: string): FinalReport {
  const { studyName, complete, failed, infeasible, best, defaultValue, elapsedSeconds } = snapshot;
  const digits = loadDigits();
  const testErrorOf = (params: Snapshot['recent'][number]['params']): number =>
    testScore(mlpParamsOf(params), digits, trainingSeed, epochCount).error;
  return {
    studyName,
    metric: 'validation loss',
    complete,
    failed,
    infeasible,
    totalSeconds: elapsedSeconds,
    best,
    defaultValue,
    bestTestError: best && testErrorOf(best.params),
    defaultTestError: testErrorOf(defaultParams),
    nextCommands: nextCommands(studyName, data),
  };
}

/** An npm script as it is typed for this data folder. */
export function npmCommand(script: 'start' | 'run demo', data: string): string {
  return data === dataDefault ? `npm ${script}` : `npm ${script} -- --data ${quoted(data)}`;
}

const startUrl = 'http://127.0.0.1:8787';

function nextCommands(study: string, data: string): string[] {
  const studyUrl = `${startUrl}/v1/studies/${study}`;
  return [
    npmCommand('start', data),
    `curl -sS '${studyUrl}/best?top=1'`,
    `curl -sS '${studyUrl}/export?format=csv' -o ${study}.csv`,
  ];
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
