import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ulid } from 'ulid';
import type { Caller } from '../shared/service/call.ts';
import type { Ports } from '../shared/service/ports.ts';
import { openApiKeyStore } from '../shared/store/api-key-store.ts';
import { openJobStore } from '../shared/store/job-store.ts';
import { openModelStore } from '../shared/store/model-store.ts';
import { openReceiptStore } from '../shared/store/receipts.ts';
import { openStudyStore } from '../shared/store/study-store.ts';
import type { Table } from '../shared/store/table.ts';
import { openTrialStore } from '../shared/store/trial-store.ts';

/**
 * Whose everything is on a server without keys; the first key belongs to the same tenant, so that --auth loses nothing.
 */
export const localTenant = '00000000000000000000000000';

export const localCaller: Caller = { tenant: localTenant, principal: 'local', scopes: ['read', 'write', 'admin'] };

/** The ports of the use cases on a table of this process. */
export function wirePorts(
  table: Table,
  nowMs: () => number = Date.now,
  onResults: Ports['onResults'] = () => undefined,
): Ports {
  return {
    studies: openStudyStore(table, nowMs),
    trials: openTrialStore(table, nowMs),
    apiKeys: openApiKeyStore(table, nowMs),
    receipts: openReceiptStore(table, nowMs),
    jobs: openJobStore(table),
    models: openModelStore(table, nowMs),
    onResults,
    clock: { nowMs },
    identifiers: {
      ulid: () => ulid().toLowerCase(),
      secret: () => randomBytes(32).toString('base64url'),
    },
    hashes: {
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      hmac: (key, text) => createHmac('sha256', key).update(text).digest('hex'),
      equal: (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b)),
    },
  };
}
