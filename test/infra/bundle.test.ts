import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundlesFolder, functionNames, type FunctionName } from '../../infra/bundle.ts';

const bytesMax: Record<FunctionName, number> = {
  http: 600_000,
  authorize: 500_000,
  'make-key': 500_000,
  'refit-model': 500_000,
};

describe.each(functionNames)('the bundle of %s', (name) => {
  const text = readFileSync(join(bundlesFolder, name, 'index.cjs'), 'utf8');

  it('is within its budget', () => {
    expect(Buffer.byteLength(text)).toBeGreaterThan(100_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytesMax[name]);
  });

  it('needs nothing but Node', () => {
    const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module]) => module);
    expect(required.length).toBeGreaterThan(3);
    expect(required.filter((module) => !module.startsWith('node:'))).toEqual([]);
  });

  it('looks for credentials in the environment alone', () => {
    expect(text).not.toMatch(/sso_start_url|credential_process|web_identity_token/);
    expect(text).toContain('AWS_SECRET_ACCESS_KEY');
  });
});
