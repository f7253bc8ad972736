import type { StudySpec } from '../../domain/study.ts';
import type { Training } from '../../domain/training.ts';
import { commandFaults } from '../studies/command-faults.ts';
import { refuseFields } from '../fields.ts';
import type { ServiceError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';

/** Refuses what could not be trained here, before anything is started. */
export function admitTraining(ports: Ports, { space }: StudySpec, training: Training): void {
  const { runner, command } = training;
  const kind = ports.training?.kind;
  if (kind === undefined) {
    throw refused([], 'must be left out, because this server starts no jobs', undefined);
  }
  if (runner !== kind) throw refused(['runner'], `must be "${kind}", which is what this server has`, runner);
  const unheeded = kind === 'batch' ? [] : onBatch.filter((field) => training[field] !== undefined);
  if (unheeded.length > 0) {
    const message = 'must be left out unless runner is "batch"';
    const faults = unheeded.map((field) => ({ path: [field], message, input: training[field] }));
    throw refuseFields('value_invalid', ['training'], faults);
  }
  const faults = commandFaults(command, Object.keys(space));
  if (faults.length > 0) throw refuseFields('value_invalid', ['training', 'command'], faults);
}

const onBatch = ['vcpus', 'memoryMiB', 'jobDefinition'] as const;

function refused(path: string[], message: string, input: unknown): ServiceError {
  return refuseFields('value_invalid', ['training'], [{ path, message, input }]);
}
