import { filledCommand } from '../../domain/command.ts';
import { jobName, type JobSubject } from '../../domain/job-name.ts';
import { trainingSeed } from '../../engine/training-seed.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import type { JobOrder } from '../ports/job-runner.ts';
import type { StudyName, TrainingPort } from '../ports/training.ts';
import { jobToken } from './job-token.ts';

/** Where the job of an attempt may leave its result. */
export function resultKey(study: StudyRecord, { number, attempt }: TrialRecord): string {
  return `${trialFolder(study, number)}/result-${attempt}.json`;
}

export function nameOfJobFor({ tenant, id }: StudyRecord, trial: number, attempt: number): string {
  const subject: JobSubject = { tenant, study: id, trial, attempt };
  return jobName(subject);
}

/** What the runner is told to run for an attempt of a managed trial. */
export function orderFor(ports: Ports, training: TrainingPort, study: StudyRecord, trial: TrialRecord): JobOrder {
  const { command, environment, timeoutSeconds, gpus, vcpus, memoryMiB, jobDefinition, failures } =
    study.spec.training!;
  const { number, attempt, params, job } = trial;
  const definition = jobDefinition ?? training.jobDefinition;
  return {
    name: nameOfJobFor(study, number, attempt),
    command: filledCommand(command, params),
    environment: {
      ...environment,
      CAVIA_URL: training.url,
      CAVIA_TOKEN: jobToken(ports, study, number, attempt),
      CAVIA_STUDY: study.id,
      CAVIA_TRIAL: String(number),
      CAVIA_ATTEMPT: String(attempt),
      CAVIA_PARAMS: JSON.stringify(params),
      CAVIA_SEED: String(trainingSeed(study.spec.seed, number)),
      // What a job cannot ask for: its token serves for its own trial alone.
      CAVIA_METRICS: study.spec.objectives.map(({ metric }) => metric).join(','),
      CAVIA_EXIT_CODE_MEANS: failures.exitCode,
      CAVIA_RESULT_URI: training.objects.uri(resultKey(study, trial)),
      // The same for all attempts: the next one goes on where this one was.
      CAVIA_CHECKPOINT_URI: training.objects.uri(`${trialFolder(study, number)}/checkpoint`),
    },
    timeoutSeconds,
    slot: job!.slot,
    gpus,
    ...(vcpus !== undefined && { vcpus }),
    ...(memoryMiB !== undefined && { memoryMiB }),
    ...(definition !== undefined && { jobDefinition: definition }),
  };
}

/** Where all that the jobs of a study leave is. */
export function studyFolder({ tenant, study }: StudyName): string {
  return `${tenant}/${study}`;
}

function trialFolder({ tenant, id }: StudyRecord, number: number): string {
  return `${studyFolder({ tenant, study: id })}/${number}`;
}
