import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a data folder holds about a study, past the service: the keys of all items that name it and do not expire. */
export function itemsOf(folder: string, studyId: string): string[] {
  const db = new DatabaseSync(join(folder, 'cavia.db'), { readOnly: true });
  try {
    const rows = db
      .prepare(
        `SELECT 'core' AS place, pk, sk, body FROM core WHERE instr(pk || sk || body, ?1) > 0
         UNION ALL SELECT 'aux', pk, sk, body FROM aux WHERE instr(pk || sk || body, ?1) > 0 AND expires_at IS NULL`,
      )
      .all(studyId);
    return rows.map(({ place, pk, sk }) => `${String(place)} ${String(pk)} ${String(sk)}`);
  } finally {
    db.close();
  }
}
