import { jobNamePrefix } from '../../domain/job-name.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyName, TrainingPort } from '../ports/training.ts';
import { endJobs } from './end-jobs.ts';
import { studyFolder } from './job-order.ts';

/**
 * Goes on deleting a managed study: ends its jobs, removes what they left, and the study itself once they have ended. Jobs
 * write until they have, so what is removed here may come again; of a study that is gone altogether that goes too.
 */
export async function eraseStudy(ports: Ports, training: TrainingPort, name: StudyName): Promise<void> {
  const study = await ports.studies.findDeleted(name.tenant, name.study);
  const haveEnded = study === undefined || (await endJobs(ports, study));
  await training.objects.removeFolder(studyFolder(name));
  // Not before: a job that the runner has forgotten is one that may yet be listed.
  if (haveEnded) await training.runner.forget(jobNamePrefix(name));
  if (!study) return;
  await ports.studies.purge(study);
  if (haveEnded) await ports.studies.endDelete(study);
}
