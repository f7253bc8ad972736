import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ulid } from 'ulid';
import type { Ports } from '../service/ports/ports.ts';
import { openApiKeyStore } from './api-key-store.ts';
import { openJobStore } from './job-store.ts';
import { openModelStore } from './model-store.ts';
import { openReceiptStore } from './receipts.ts';
import { openStudyStore } from './study-store.ts';
import type { Table } from './table.ts';
import { openTrialStore } from './trial-store.ts';

/** The ports of the use cases, with everything that is stored on one table, whichever engine that is. */
export function portsOnTable(
  table: Table,
  nowMs: () => number,
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
