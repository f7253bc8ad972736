import type { Study } from './api.ts';
import { exitCodes } from './exit-codes.ts';
import { rangeText } from './range-shown.ts';
import { Refusal } from './refusal.ts';

/** What can be done with a study that has ended: a sentence, and the commands for it. */
export interface Outlook {
  sentence: string;
  commands: string[];
}

const moreTrials = 20;

/** By the reason why it ended: only what was spent can be given again. */
export function afterTheEnd(study: Study): Outlook {
  const { name, endReason, progress, space, training } = study;
  switch (endReason) {
    case 'trials':
      return { sentence: 'More trials open it again.', commands: [`cavia study extend ${name} ${moreTrials}`] };
    case 'deadline': {
      const trials = progress.left === 0 ? ` ${moreTrials}` : '';
      return {
        sentence: 'A later deadline opens it again.',
        commands: [`cavia study extend ${name}${trials} --deadline none`],
      };
    }
    case 'exhausted':
      return {
        sentence: 'Every configuration has been tried: only a wider range opens it again.',
        commands: [`cavia study extend ${name} '${Object.keys(space)[0]}=RANGE'`],
      };
    default:
      if (training || progress.given === 0)
        return { sentence: 'Nothing opens it again: create another study.', commands: [] };
      return {
        sentence: 'Nothing opens it again, but another study can begin with its trials.',
        commands: [`cavia export ${name} -o ${name}.jsonl`, successor(study)],
      };
  }
}

/** Refuses what would need a study that goes on, and says what can be done instead. */
export function closed(study: Study, sentence: string): Refusal {
  const outlook = afterTheEnd(study);
  return new Refusal(
    `${sentence} ${outlook.sentence}`,
    exitCodes.refused,
    outlook.commands.map((one) => `  ${one}`),
  );
}

/** Makes a study like this one of the file with its trials, and with new trials to give out. */
function successor({ name, space, objectives, constraints }: Study): string {
  return [
    `cavia import ${name}-2 ${name}.jsonl`,
    ...Object.entries(space).map(([parameter, range]) => quoted(`${parameter}=${rangeText(range)}`)),
    ...objectives.map(({ metric, direction }) => `--${direction} ${metric}`),
    ...constraints.map((text) => `--constraint ${quoted(text)}`),
    `--trials ${moreTrials}`,
  ].join(' ');
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
