import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleBytesMax, bundlesFolder, functionNames } from '../../infra/bundle.ts';

describe.each(functionNames)('the bundle of %s', (name) => {
  const text = readFileSync(join(bundlesFolder, name, 'index.cjs'), 'utf8');

  it('is within its budget', () => {
    expect(Buffer.byteLength(text)).toBeGreaterThan(100_000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bundleBytesMax[name]);
  });

  it('needs nothing but Node', () => {
    const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module]) => module);
    expect(required.length).toBeGreaterThan(3);
    // For signatures that are good in several regions; S3's client looks for it only then.
    const unused = '@aws-sdk/signature-v4-crt';
    expect(required.filter((module) => !module.startsWith('node:') && module !== unused)).toEqual([]);
  });

  it('has the clients of Batch and S3 only where they are needed', () => {
    expect(text.includes('SubmitJob')).toBe(!['ask', 'authorize', 'make-key', 'refit-model'].includes(name));
    expect(text.includes('GetObject')).toBe(['dispatch-trials', 'on-job-event', 'sweep'].includes(name));
  });

  it('looks for credentials in the environment alone', () => {
    expect(text).not.toMatch(/sso_start_url|credential_process|web_identity_token/);
    expect(text).toContain('AWS_SECRET_ACCESS_KEY');
  });
});
