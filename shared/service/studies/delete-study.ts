import type { Call, Reply } from '../call.ts';
import { noSuchStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { endJobs } from '../training/end-jobs.ts';
import { watch } from '../training/nudge.ts';

/**
 * Deletes a study with everything in it, or goes on with that. Of a managed study the rest, which jobs have left and may
 * yet leave elsewhere, goes with its sweeps.
 */
export async function deleteStudy(ports: Ports, call: Call): Promise<Reply<undefined>> {
  const study = await findEither(ports, call);
  // Before it is marked, so that there is no moment in which nobody goes on.
  if (study.spec.training) await watch(ports, study);
  const deleted = await ports.studies.beginDelete(study);
  // Marked first, so that none of its jobs is replaced; a job that is being submitted finds the study gone.
  await endJobs(ports, deleted);
  await ports.studies.purge(deleted);
  if (study.spec.training) await ports.studies.freeName(deleted);
  else await ports.studies.endDelete(deleted);
  return { status: 204, body: undefined };
}

/** In the order in which a study is first the one and then the other, so that it is not missed in between. */
async function findEither({ studies }: Ports, { caller: { tenant }, path }: Call): Promise<StudyRecord> {
  const study = (await studies.find(tenant, path.study)) ?? (await studies.findDeleted(tenant, path.study));
  if (!study) throw noSuchStudy(path.study);
  return study;
}
