import { styleText } from 'node:util';

/** Data goes to standard output, messages go to standard error. */
export interface Output {
  /** Whether data shall be JSON. */
  isJson: boolean;
  /** Data for people: lines. */
  print(text: string): void;
  /** Data for programs: one document. */
  printJson(document: unknown): void;
  /** A message. */
  say(text: string): void;
  /** The next command to type. */
  next(...commands: string[]): void;
  /** Styles text for standard output, as far as it can and shall have colours. */
  style(style: Style, text: string): string;
  isTerminal: boolean;
  /** How wide lines on standard output may be. */
  columns: number;
  rows: number;
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

const sizeWithoutTerminal = { columns: 80, rows: 24 };

export function openOutput(isJson: boolean): Output {
  const { stdout, stderr } = process;
  const onStdout = (style: Style, text: string): string => styleText(style, text, { stream: stdout });
  const onStderr = (style: Style, text: string): string => styleText(style, text, { stream: stderr });
  return {
    isJson,
    print: (text) => void stdout.write(`${text}\n`),
    printJson: (document) => void stdout.write(`${JSON.stringify(document, null, 2)}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    next: (...commands) => {
      for (const command of commands) stderr.write(`${onStderr('dim', 'Next:')} ${onStderr('cyan', command)}\n`);
    },
    style: onStdout,
    isTerminal: stdout.isTTY,
    columns: stdout.columns || sizeWithoutTerminal.columns,
    rows: stdout.rows || sizeWithoutTerminal.rows,
  };
}
