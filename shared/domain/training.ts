import * as z from 'zod';
import { placeholdersOf } from './command.ts';

export const commandLengthMax = 100;
export const textLengthMax = 2048;
export const environmentCountMax = 50;

const noNul = { error: 'must not contain a NUL' };
const Text = z
  .string()
  .max(textLengthMax)
  .refine((text) => !text.includes('\0'), noNul);

const EnvironmentName = z
  .string()
  .regex(/^(?!CAVIA_|AWS_BATCH)[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
    error: 'must be a name of letters, digits and "_" that does not start with "CAVIA_" or "AWS_BATCH"',
  })
  .refine((name) => name !== '__proto__', { error: 'is a reserved word: choose another name' });

const Environment = z
  .record(EnvironmentName, Text)
  .refine((variables) => Object.keys(variables).length <= environmentCountMax, {
    error: `must have at most ${environmentCountMax} variables`,
  });

/** What a trial becomes: `failed` is tried again while attempts are left, `infeasible` teaches the model to stay away. */
const Verdict = z.enum(['failed', 'infeasible']);
export type Verdict = z.infer<typeof Verdict>;

/** What an end of a job that is the training's own doing means for its trial. */
export const FailureRule = z
  .strictObject({
    exitCode: Verdict.default('failed'),
    outOfMemory: Verdict.default('infeasible'),
    timeout: Verdict.default('infeasible'),
  })
  .meta({ id: 'FailureRule' });
export type FailureRule = z.infer<typeof FailureRule>;

export const RunnerKind = z.enum(['process', 'batch']);
export type RunnerKind = z.infer<typeof RunnerKind>;

/** How the service trains the trials of a study by itself. */
export const Training = z
  .strictObject({
    runner: RunnerKind.meta({ description: 'Processes of the machine that serves, or jobs of AWS Batch.' }),
    command: z
      .array(Text)
      .min(1)
      .max(commandLengthMax)
      .refine(([program = '-']) => program !== '' && placeholdersOf([program]).length === 0, {
        error: 'must start with a program, which has no parameter in it',
      })
      .meta({ description: 'The program and its arguments, without a shell; `{name}` stands for a parameter.' }),
    environment: Environment.default({}),
    timeoutSeconds: z.int().min(1).max(1_209_600).default(86_400),
    gpus: z.int().min(0).max(16).default(0).meta({ description: 'For each trial.' }),
    vcpus: z.number().min(0.25).max(192).optional().meta({ description: 'For Batch.' }),
    memoryMiB: z.int().min(128).max(2_000_000).optional().meta({ description: 'For Batch.' }),
    jobDefinition: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: "For Batch: its name or ARN, instead of the deployment's." }),
    failures: FailureRule.prefault({}),
  })
  .meta({ id: 'Training' });
export type Training = z.infer<typeof Training>;
