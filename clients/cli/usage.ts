import type { Command, Operand } from './command.ts';

/** `cavia study show STUDY [options]` */
export function usageOf({ name, operands, options, rest }: Command): string {
  const words = ['cavia', name, ...operands.map(shownOperand)];
  if (Object.keys(options).length > 0) words.push('[options]');
  if (rest !== undefined) words.push('--', rest);
  return words.join(' ');
}

function shownOperand({ name, count = 'one' }: Operand): string {
  const shown = { one: name, optional: `[${name}]`, many: `[${name}…]` };
  return shown[count];
}
