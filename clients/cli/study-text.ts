import type { Study } from './api.ts';
import { count } from './count.ts';
import { rangeText } from './range-shown.ts';
import { numberText } from './number-text.ts';

/** `12 of 40 ended, 4 running` */
export function progressText({ progress }: Pick<Study, 'progress'>): string {
  const { given, left, running, waiting, ended } = progress;
  const open = [running > 0 && `${running} running`, waiting > 0 && `${waiting} waiting`].filter(Boolean);
  return [`${ended} of ${given + left} ended`, ...open].join(', ');
}

export function stateText({ state, endReason }: Pick<Study, 'state' | 'endReason'>): string {
  return endReason === null ? state : `${state} (${endReason})`;
}

/** A study as lines for people. */
export function studyText(study: Study): string {
  const rows: [string, string | undefined][] = [
    ['study', `${study.name} (${study.id})`],
    ['state', stateText(study)],
    ['progress', progressText(study)],
    ['objective', study.objectives.map(objectiveText).join('; ')],
    ['sampler', study.sampler.kind],
    ['budget', budgetText(study)],
    ['lease', `${study.lease.seconds} s, ${count(study.lease.attempts, 'attempt')}`],
    ['constraints', study.constraints.join('; ') || undefined],
    ['command', study.training?.command.join(' ')],
    ['created', study.created],
    ['ended', study.ended ?? undefined],
    ...(study.trouble ?? []).map(({ message, count }): [string, string] => ['trouble', `${count} × ${message}`]),
  ];
  const facts = rows.flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(12)}${text}`]));
  const ranges = Object.entries(study.space).map(([name, parameter]) => `  ${name}=${rangeText(parameter)}`);
  return [...facts, 'space', ...ranges].join('\n');
}

export function objectiveText({ metric, direction, target }: Study['objectives'][number]): string {
  return `${direction} ${metric}${target === undefined ? '' : ` to ${numberText(target)}`}`;
}

function budgetText({ budget: { trials, parallel, deadline } }: Study): string {
  return [count(trials, 'trial'), parallel && `${parallel} at a time`, deadline && `until ${deadline}`]
    .filter(Boolean)
    .join(', ');
}
