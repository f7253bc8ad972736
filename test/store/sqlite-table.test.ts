import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteTable } from '../../shared/store/sqlite-table.ts';
import { tableContract } from '../contract/table.ts';
tableContract('a table on SQLite', async () => openSqliteTable(mkdtempSync(join(tmpdir(), 'cavia-table-'))));
