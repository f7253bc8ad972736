import type { Study } from '../../api/messages.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import { countsOf, settleStudy } from './settle-study.ts';
import { studyView } from '../views.ts';

/** One study with its progress, brought to where the facts say it is. */
export async function getStudy(ports: Ports, call: Call): Promise<Reply<Study>> {
  const { study, counter, open } = await settleStudy(ports, await findStudy(ports, call));
  return { status: 200, body: studyView(study, counter, countsOf(open)) };
}
