import { isIdentifier } from '../domain/identifier.ts';
import type { ApiKeyRecord, ApiKeyStore } from '../service/ports/api-keys.ts';
import { apiKeyAttributes, apiKeyOf } from './items.ts';
import { apiKeyListingRange, keys } from './keys.ts';
import { receiptWrites } from './receipts.ts';
import type { Table } from './table.ts';

/** API keys on a table: found by their own id, listed by tenant. */
export function openApiKeyStore(table: Table, nowMs: () => number): ApiKeyStore {
  async function find(keyId: string): Promise<ApiKeyRecord | undefined> {
    const item = await table.get(keys.apiKey(keyId));
    return item && apiKeyOf(item.attributes);
  }

  return {
    find,

    create: async (key, receipt) => {
      const written = await table.transact([
        { kind: 'put', key: keys.apiKey(key.id), attributes: apiKeyAttributes(key), condition: { kind: 'itemAbsent' } },
        { kind: 'put', key: keys.apiKeyListing(key.tenant, key.id), attributes: { apiKey: key.id } },
        ...receiptWrites(receipt, key, nowMs()),
      ]);
      return written.ok ? 'created' : 'answered';
    },

    list: async (tenant, after, limit) => {
      const listing = await table.query({
        table: 'core',
        by: 'pk',
        partition: keys.apiKeyListing(tenant, '').pk,
        from: after === undefined ? apiKeyListingRange.from : `${keys.apiKeyListing(tenant, after).sk}!`,
        to: apiKeyListingRange.to,
        limit,
      });
      const ids = listing.items.map(({ attributes }) => attributes.apiKey as string);
      const found = await Promise.all(ids.map(find));
      return { apiKeys: found.filter((key) => key !== undefined), next: listing.next && ids.at(-1) };
    },

    revoke: async (tenant, keyId, nowMs) => {
      // Another tenant's key is one that does not exist.
      if (!isIdentifier(keyId) || (await find(keyId))?.tenant !== tenant) return undefined;
      await table.update(
        keys.apiKey(keyId),
        { set: { revokedMs: nowMs } },
        { kind: 'all', of: [{ kind: 'itemExists' }, { kind: 'absent', attribute: 'revokedMs' }] },
      );
      return find(keyId);
    },
  };
}
