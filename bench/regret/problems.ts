import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Params } from '../../shared/domain/parameter.ts';

/** The half that the engine is designed on, and the other. */
export const splits = ['dev', 'held-out'] as const;
export type Split = (typeof splits)[number];

export interface Problem {
  name: string;
  family: string;
  split: Split;
  /** Results of another version do not count. */
  version: number;
  /** A search space as the API takes it. */
  parameters: object;
  /** The least loss, and the median loss of random params: the ends of the scale of regret. */
  best: number;
  median: number;
}

/** What a trial is told, and what it is without noise. */
export type Evaluated = [told: number, true: number];

/** The process that evaluates the problems, the same for every method: serve_problems.py. */
export interface Problems {
  listed: Problem[];
  /** @param number of the trial; noise is a function of seed and number. */
  evaluate(problem: string, params: Params, seed: number, number: number): Promise<Evaluated>;
  close(): void;
}

export const python = process.env['PYTHON'] ?? 'python3';

/** Throws when Python has not what requirements-problems.txt names. */
export async function openProblems(): Promise<Problems> {
  const child = spawn(python, [join(import.meta.dirname, 'serve_problems.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  createInterface(child.stdout).on('line', (line) => waiting.shift()?.resolve(line));
  const fail = (): void => {
    const why = `${python} serve_problems.py has ended; PYTHON must name one with requirements-problems.txt.`;
    for (const { reject } of waiting.splice(0)) reject(new Error(why));
  };
  child.once('error', fail).once('close', fail);
  const ask = async (question: object): Promise<unknown> => {
    const answer = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return JSON.parse(await answer);
  };
  return {
    listed: (await ask({ list: true })) as Problem[],
    evaluate: async (problem, params, seed, number) => (await ask({ problem, params, seed, number })) as Evaluated,
    close: () => child.stdin.end(),
  };
}
