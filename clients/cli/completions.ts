import type { Command } from './command.ts';
import { globalOptions } from './command-line.ts';

/**
 * What the last word, which is unfinished, may become: commands, options, values of options, studies.
 * @param studies asks the service; when it is away there are none.
 */
export async function completionsOf(
  words: readonly string[],
  commands: readonly Command[],
  studies: () => Promise<string[]>,
): Promise<string[]> {
  const begun = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  // After -- come the words of another program.
  if (before.includes('--')) return [];
  const matching = (known: readonly string[]): string[] => known.filter((one) => one.startsWith(begun));
  const plain = before.filter((word) => !word.startsWith('-'));
  const shown = commands.filter(({ isHidden }) => !isHidden);
  const command =
    shown.find(({ name }) => name === plain[0]) ?? shown.find(({ name }) => name === `${plain[0]} ${plain[1]}`);
  const options = { ...command?.options, ...globalOptions };
  if (begun.startsWith('-')) return matching(Object.keys(options).map((name) => `--${name}`));
  const previous = before.at(-1)?.replace(/^--/, '') ?? '';
  if (before.at(-1)?.startsWith('--') && Object.hasOwn(options, previous)) {
    const { type, among } = options[previous as keyof typeof options] as Command['options'][string];
    if (type === 'string') return matching(among ?? []);
  }
  if (!command) {
    const group = shown.filter(({ name }) => name.startsWith(`${plain[0]} `));
    if (group.length > 0) return matching(group.map(({ name }) => name.split(' ')[1]));
    return matching([...new Set(shown.map(({ name }) => name.split(' ')[0]))]);
  }
  const operandsBefore = plain.length - command.name.split(' ').length;
  if (command.operands[operandsBefore]?.name !== 'STUDY') return [];
  return matching(await studies().catch(() => []));
}
