import type { Call, Reply } from '../call.ts';
import { findStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';

/** Deletes a study with everything in it. */
export async function deleteStudy(ports: Ports, call: Call): Promise<Reply<undefined>> {
  const study = await findStudy(ports, call);
  const jobs = await jobsOf(ports, study);
  // First the study, so that none of its jobs is replaced; a job that is being submitted finds it gone.
  await ports.studies.delete(study);
  for (const id of jobs) await ports.training?.runner.terminate(id, 'The study was deleted.');
  return { status: 204, body: undefined };
}

/** The jobs that hold places of a managed study. */
async function jobsOf(ports: Ports, study: StudyRecord): Promise<string[]> {
  if (!study.spec.training) return [];
  const slots = await ports.jobs.slots(study);
  const trials = await Promise.all(slots.map(({ number }) => ports.trials.get(study, number)));
  return trials.flatMap((trial) => trial?.job?.id ?? []);
}
