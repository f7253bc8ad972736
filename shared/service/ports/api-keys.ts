import type { Receipt } from './receipts.ts';

export interface ApiKeyRecord {
  id: string;
  tenant: string;
  name: string;
  scopes: Scope[];
  salt: string;
  secretHash: string;
  createdMs: number;
  expiresMs: number | undefined;
  revokedMs: number | undefined;
}

export type Scope = 'read' | 'write' | 'admin';

export interface ApiKeyStore {
  create(key: ApiKeyRecord, receipt: Receipt | undefined): Promise<'created' | 'answered'>;
  find(keyId: string): Promise<ApiKeyRecord | undefined>;
  list(
    tenant: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ apiKeys: ApiKeyRecord[]; next: string | undefined }>;
  revoke(tenant: string, keyId: string, nowMs: number): Promise<ApiKeyRecord | undefined>;
}
