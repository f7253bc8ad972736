import { firstTenant, type Caller } from '../shared/service/call.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import { portsOnTable } from '../shared/store/ports-on-table.ts';
import type { Table } from '../shared/store/table.ts';

/**
 * Whose everything is on a server without keys; the first key belongs to the same tenant, so that --auth loses nothing.
 */
export const localTenant = firstTenant;

export const localCaller: Caller = { tenant: localTenant, principal: 'local', scopes: ['read', 'write', 'admin'] };

/** The ports of the use cases on a table of this process. */
export function wirePorts(
  table: Table,
  nowMs: () => number = Date.now,
  onResults: Ports['onResults'] = () => undefined,
): Ports {
  return portsOnTable(table, nowMs, onResults);
}
