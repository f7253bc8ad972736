import type { AskResponse } from '../../api/messages.ts';
import type { RunnerKind } from '../../domain/training.ts';
import type { Objects } from './objects.ts';
import type { Queue } from './queue.ts';
import type { JobRunner } from './job-runner.ts';

/** What managed studies need from outside. */
export interface TrainingPort {
  kind: RunnerKind;
  queue: Queue;
  runner: JobRunner;
  objects: Objects;
  schedule: SweepSchedule;
  /** Where jobs reach the service. */
  url: string;
  /** For Batch: what a study that names no job definition gets. */
  jobDefinition?: string;
  /** Chooses trials for places, where that is done by another thread than the rest; `giveToJobs` otherwise. */
  giveTrials?: ((name: StudyName, slots: readonly number[]) => Promise<AskResponse>) | undefined;
  patience: Patience;
}

/** Which study, as messages and schedules name it. */
export interface StudyName {
  tenant: string;
  /** The study's id. */
  study: string;
}

/** Calls the sweep of a study at intervals. Starting what is started, and stopping what is not, has no effect. */
export interface SweepSchedule {
  start(name: StudyName): Promise<void>;
  stop(name: StudyName): Promise<void>;
}

/** How long things may take before they count as lost. */
export interface Patience {
  /** From claiming a job to writing down its id: longer than a submission and the lag of a listing take. */
  claimMs: number;
  /** How long a queued job waits for its message before another one is sent. */
  resendMs: number;
  /** How long after a job has ended a result may still come. */
  graceMs: number;
  /** How long the runner may not know a job that it was given. */
  missingMs: number;
}
