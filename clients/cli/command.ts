import type { Connection } from './connection.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';

/** One command of the table: help, completion, near misses and docs/cli.md are folded from these. */
export interface Command {
  /** As it is typed after `cavia`: one word or two. */
  name: string;
  summary: string;
  operands: readonly Operand[];
  options: Options;
  /** What follows `--`, for the usage line. */
  rest?: string;
  /** Sentences below the options. */
  notes?: readonly string[];
  /** Each as it is typed. */
  examples: readonly string[];
  isHidden?: true;
  /** @returns an exit code other than 0, where it is not thrown. */
  run(call: Call<Options>): Promise<ExitCode | undefined>;
}

export interface Operand {
  /** In capitals. */
  name: string;
  about: string;
  /** `one` when left out; `optional`: none or one; `many`: none or more. */
  count?: 'one' | 'optional' | 'many';
}

export interface Option {
  type: 'string' | 'boolean';
  about: string;
  /** What stands for its value in help, such as N. */
  value?: string;
  short?: string;
  multiple?: true;
  /** The values that it may have. */
  among?: readonly string[];
}

export type Options = Readonly<Record<string, Option>>;

export type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K] extends { type: 'boolean' }
    ? boolean
    : O[K] extends { multiple: true }
      ? string[]
      : string;
};

/** A command line that was read. */
export interface Call<O extends Options> {
  operands: readonly string[];
  options: Values<O>;
  /** What followed `--`; undefined without one. */
  rest: readonly string[] | undefined;
  cavia: Connection;
  out: Output;
  /** The whole table. */
  commands: readonly Command[];
}

type Declared<O extends Options> = Omit<Command, 'options' | 'run'> & {
  options: O;
  run(call: Call<O>): Promise<ExitCode | void>;
};

/** Ties the type of a command's options to what it runs with. */
export function command<const O extends Options>(declared: Declared<O>): Command {
  return { ...declared, run: async (call) => (await declared.run(call as Call<O>)) ?? undefined };
}
