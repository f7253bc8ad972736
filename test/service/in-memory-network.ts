import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '../../shared/api/client.ts';
import { createRouter } from '../../shared/http/router.ts';
import type { Ports } from '../../shared/service/ports/ports.ts';
import { openSqliteTable } from '../../shared/store/sqlite-table.ts';
import type { Table } from '../../shared/store/table.ts';
import { localCaller, wirePorts } from '../../local/wire.ts';

/** The whole service on a real store, called without a network, with a clock that stands still until it is moved. */
export interface Service {
  client: Client;
  ports: Ports;
  table: Table;
  /** Milliseconds since 1970; tests move it. */
  clock: { nowMs: number };
  close: () => Promise<void>;
}

const startMs = Date.UTC(2026, 0, 1);

/** @param around wraps the table, to slow it down or to break it. */
export function openService(around: (table: Table) => Table = (table) => table): Service {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-test-'));
  const table = around(openSqliteTable(folder));
  const service = serveTable(table);
  return {
    ...service,
    close: async () => {
      await table.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The service on a table that is the caller's to close. @param nowMs instead of the clock that stands still. */
export function serveTable(table: Table, nowMs?: () => number): Service {
  const clock = { nowMs: startMs };
  const ports = wirePorts(table, nowMs ?? (() => clock.nowMs));
  const faults: unknown[] = [];
  const router = createRouter({
    ports,
    identify: async () => localCaller,
    version: '0',
    onFault: (error) => faults.push(error),
  });
  const client = createClient('http://cavia.test', {
    retries: 0,
    fetch: async (url, init) => {
      const response = await router(new Request(url, init));
      if (response.status === 500) throw new Error('the service failed', { cause: faults.at(-1) });
      return response;
    },
  });
  return { client, ports, table, clock, close: () => table.close() };
}
