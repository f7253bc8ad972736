import { jobNamePrefix } from '../../domain/job-name.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { StudyName, TrainingPort } from '../ports/training.ts';
import { endJobs } from './end-jobs.ts';
import { studyFolder } from './job-order.ts';

/**
 * Goes on deleting a managed study: ends its jobs, removes what they left, and the study itself once they have ended.
 * Until then they write, so it comes again.
 */
export async function eraseStudy(ports: Ports, training: TrainingPort, study: StudyRecord): Promise<void> {
  const name = { tenant: study.tenant, study: study.id };
  const haveEnded = await endJobs(ports, study);
  await training.objects.removeFolder(studyFolder(name));
  await ports.studies.purge(study);
  if (!haveEnded) return;
  // Not before: of a job that the runner has forgotten it cannot be told that it has ended.
  await training.runner.forget(jobNamePrefix(name));
  await ports.studies.endDelete(study);
}

/** Removes what the jobs of a study have left that is gone. */
export async function eraseLeftovers(training: TrainingPort, name: StudyName): Promise<void> {
  await training.objects.removeFolder(studyFolder(name));
  await training.runner.forget(jobNamePrefix(name));
}
