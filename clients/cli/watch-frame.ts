import type { RankedTrial, Study, Trial } from './api.ts';
import { barText } from './bar-text.ts';
import { bestSoFar } from './best-so-far.ts';
import { count } from './count.ts';
import type { Output } from './output.ts';
import { objectiveText, progressText, stateText } from './study-text.ts';
import { paramsText, rankedText, valuesText } from './trial-text.ts';

/** What is seen of a study at one moment. */
export interface Watched {
  study: Study;
  trials: readonly Trial[];
  best: RankedTrial | undefined;
  /** How many trials are on the Pareto front of several objectives. */
  frontLength: number | undefined;
}

const widthMax = 80;
const listedMax = 6;
const headHeight = 7;
const troubleMax = 2;
const barWidth = 30;
const levels = '█▇▆▅▄▃▂▁';

/** The picture of `study watch`: lines that fit the terminal. */
export function watchFrame(
  { study, trials, best, frontLength }: Watched,
  out: Pick<Output, 'columns' | 'rows' | 'style'>,
): string {
  const width = Math.min(out.columns, widthMax);
  const { progress } = study;
  // What scrolls off the screen cannot be drawn over.
  const listed = Math.max(1, Math.min(listedMax, Math.floor((out.rows - headHeight) / 2)));
  const running = trials.filter(({ state }) => state === 'running').slice(0, listed);
  const ended = trials
    .filter(({ finished }) => finished !== null)
    .sort((a, b) => (a.finished! < b.finished! ? 1 : -1))
    .slice(0, listed);
  const cut = (line: string): string => (line.length > width ? `${line.slice(0, width - 1)}…` : line);
  const trend = trendOf(study, trials, width - 6);
  const bestLine = best
    ? `best  ${rankedText(best, study)} (trial ${best.number})  ${paramsText(best.params)}`
    : frontLength !== undefined
      ? `front ${count(frontLength, 'trial')}`
      : 'best  none yet';
  return [
    out.style('bold', cut(`${study.name}  ${stateText(study)}  ${study.objectives.map(objectiveText).join('; ')}`)),
    cut(`${barText(progress.ended / Math.max(1, progress.given + progress.left), barWidth)} ${progressText(study)}`),
    out.style('green', cut(bestLine)),
    ...(trend === '' ? [] : [`      ${trend}`]),
    ...(study.trouble ?? [])
      .slice(0, troubleMax)
      .map(({ message, count }) => out.style('red', cut(`trouble ${count} × ${message.split('\n')[0]}`))),
    ...running.map((trial) => cut(`${numberCell(trial)} running   ${reportText(trial)}${paramsText(trial.params)}`)),
    ...ended.map((trial) =>
      out.style(
        'dim',
        cut(`${numberCell(trial)} ${trial.state.padEnd(10)}${resultText(trial, study)}${paramsText(trial.params)}`),
      ),
    ),
  ].join('\n');
}

function numberCell({ number }: Trial): string {
  return String(number).padStart(5);
}

function reportText({ lastReport }: Trial): string {
  if (!lastReport) return '';
  return `step ${lastReport.step} ${Object.entries(lastReport.values)
    .map(([name, value]) => `${name}=${Number(value.toPrecision(4))}`)
    .join(' ')}  `;
}

function resultText(trial: Trial, study: Study): string {
  const text = trial.values ? valuesText(trial, study) : (trial.message ?? '').split('\n')[0].slice(0, 40);
  return text === '' ? '' : `${text}  `;
}

/** The best so far over the trials, as one line of blocks; worse is higher. */
function trendOf({ objectives }: Study, trials: readonly Trial[], widthOfLine: number): string {
  if (objectives.length > 1) return '';
  const [objective] = objectives;
  const valued = trials.flatMap((trial) => {
    const value = trial.state === 'complete' ? trial.values?.[objective.metric] : undefined;
    return value === undefined ? [] : [{ trial, value }];
  });
  if (valued.length < 2) return '';
  const sign = objective.direction === 'minimize' ? 1 : -1;
  const losses = bestSoFar(valued, objective).map((value) => sign * value);
  const [high, low] = [losses[0], losses.at(-1)!];
  const count = Math.min(widthOfLine, losses.length);
  return Array.from({ length: count }, (_, i) => {
    const loss = losses[Math.floor((i * losses.length) / count)];
    const share = high === low ? 1 : (high - loss) / (high - low);
    return levels[Math.round(share * (levels.length - 1))];
  }).join('');
}
