import type { PageQuery, StudyPage } from '../../api/messages.ts';
import { isIdentifier } from '../../domain/identifier.ts';
import type { Call, Reply } from '../call.ts';
import { ServiceError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import { countsOf, lookAt } from './settle-study.ts';
import { studyView } from '../views.ts';

/** The tenant's studies, the oldest first. */
export async function listStudies(
  ports: Ports,
  { caller, query }: Call<undefined, PageQuery>,
): Promise<Reply<StudyPage>> {
  requireCursor(query.after);
  const { studies, next } = await ports.studies.list(caller.tenant, query.after, query.limit);
  const data = await Promise.all(
    studies.map(async (found) => {
      const { study, counter, open } = await lookAt(ports, found);
      return studyView(study, counter, countsOf(open));
    }),
  );
  return { status: 200, body: { data, nextCursor: next ?? null } };
}

/** Cursors of studies and API keys are ids. */
export function requireCursor(after: string | undefined): void {
  if (after !== undefined && !isIdentifier(after)) {
    throw new ServiceError(
      'value_invalid',
      `after must be the nextCursor of the page before; got ${JSON.stringify(after.slice(0, 60))}.`,
      { param: 'after' },
    );
  }
}
