import type { Call, Reply } from './call.ts';
import { findStudy } from './find.ts';
import type { Ports } from './ports.ts';

/** Deletes a study with everything in it. */
export async function deleteStudy(ports: Ports, call: Call): Promise<Reply<undefined>> {
  await ports.studies.delete(await findStudy(ports, call));
  return { status: 204, body: undefined };
}
