import { cellCount } from './cells.ts';
import type { NumericParameter, Parameter } from './parameter.ts';
import type { SearchSpace } from './search-space.ts';

/** Something about a space that is allowed and probably not meant. */
export interface Warning {
  /** The field, as the user wrote it: `space.learningRate.scale`. */
  param: string;
  detail: string;
  hint: string;
}

/** Bounds this many times apart are meant to be searched by orders of magnitude. */
const wideRatio = 100;
/** How much nearer to 1 the upper bound must be than the lower one to be searched by its distance from 1. */
const wideComplementRatio = 20;
const ratesFromZero = /^(lr|learning_?rate|weight_?decay|alpha|lambda|l1|l2|reg|eps(ilon)?)$/i;

/** What an experienced person would remark on a space. @param trials the budget, where it is known. */
export function lintSpace(space: SearchSpace, trials: number | undefined): Warning[] {
  const names = Object.keys(space);
  const warnings = names.flatMap((name) => lintParameter(name, space[name]));
  if (trials !== undefined && trials < 2 * names.length) {
    warnings.push({
      param: 'budget.trials',
      detail: `${trials} trials are few for ${names.length} parameters.`,
      hint: `Leave out the parameters that matter least, or allow at least ${10 * names.length} trials.`,
    });
  }
  return warnings;
}

function lintParameter(name: string, parameter: Parameter): Warning[] {
  const warning = (field: string, detail: string, hint: string): Warning => ({
    param: `space.${name}${field}`,
    detail,
    hint,
  });
  if (cellCount(parameter) === 1 || isOnePoint(parameter)) {
    return [warning('', `${name} has one value only, so there is nothing to search.`, 'Leave it out, or widen it.')];
  }
  switch (parameter.type) {
    case 'float':
    case 'int':
      return lintScale(parameter)
        .map(({ detail, hint }) => warning('.scale', `${name} ${detail}`, hint))
        .concat(
          parameter.scale === 'linear' && parameter.low === 0 && ratesFromZero.test(name)
            ? [
                warning(
                  '.low',
                  `${name} starts at 0 on a linear scale: values below a hundredth of ${parameter.high} are hardly tried.`,
                  'Give it a small positive low and scale "log".',
                ),
              ]
            : [],
        );
    case 'categorical':
      return parameter.choices.length > 2 && parameter.choices.every((choice) => typeof choice === 'number')
        ? [
            warning(
              '.type',
              `${name} has numbers for choices, and a categorical has no order.`,
              'Use type "ordinal" with values in rising order.',
            ),
          ]
        : [];
    case 'ordinal':
    case 'boolean':
      return [];
  }
}

function lintScale({ low, high, scale, type }: NumericParameter): { detail: string; hint: string }[] {
  if (scale !== 'linear') return [];
  if (low > 0 && high / low >= wideRatio) {
    const decades = Math.floor(Math.log10(high / low));
    return [
      {
        detail: `spans ${decades} decades on a linear scale: nine of ten draws lie above ${high / 10}.`,
        hint: 'Use scale "log".',
      },
    ];
  }
  if (type === 'float' && high < 1 && low >= 0 && (1 - low) / (1 - high) >= wideComplementRatio) {
    return [
      {
        detail: `comes close to 1 on a linear scale: what matters there is the distance from 1.`,
        hint: 'Use scale "reverseLog".',
      },
    ];
  }
  return [];
}

function isOnePoint(parameter: Parameter): boolean {
  return parameter.type === 'float' && parameter.low === parameter.high;
}
