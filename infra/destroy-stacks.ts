import { contextArguments } from './command-line.ts';
import { runShown } from './run-program.ts';

/** Takes stacks of a stage away, in this order; those that are not there are none. @returns the exit code of `cdk`. */
export async function destroyStacks(stage: string, names: readonly string[], region: string): Promise<number> {
  const stacks = names.map((name) => `cavia-${stage}-${name}`);
  // What is there is found by its name; the image is only there to make the template of the training.
  const context = contextArguments(stage, { trainingImage: 'any' });
  // Without the last, what depends on one would go with it: the service with what trains.
  return runShown('cdk', ['destroy', ...stacks, '--force', ...context, '--exclusively'], region);
}
