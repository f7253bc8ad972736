import type * as z from 'zod';
import type { Client } from '../../shared/api/client.ts';
import type { Study } from '../../shared/api/messages.ts';
import type { StudySpec } from '../../shared/domain/study.ts';

/** The name of the study that most tests work on. */
export const study = 'test';

/** A study with one float, unless the test says otherwise. */
export function createTestStudy(client: Client, spec: Partial<z.input<typeof StudySpec>> = {}): Promise<Study> {
  return client.createStudy({
    body: {
      name: study,
      space: { x: { type: 'float', low: 0, high: 1 } },
      objectives: [{ metric: 'loss', direction: 'minimize' }],
      ...spec,
    },
  });
}
