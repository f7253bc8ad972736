import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions, bundlesFolder, functionNames, type FunctionName } from '../../infra/bundle.ts';

const bytesMax: Record<FunctionName, number> = { http: 600_000, authorize: 500_000, 'make-key': 500_000 };

describe('the bundles', () => {
  let bytes: Record<FunctionName, number>;

  beforeAll(async () => {
    bytes = await bundleFunctions();
  });

  it.each(functionNames)('of %s is within its budget', (name) => {
    expect(bytes[name]).toBeGreaterThan(100_000);
    expect(bytes[name]).toBeLessThanOrEqual(bytesMax[name]);
  });

  it.each(functionNames)('of %s needs nothing but Node', (name) => {
    const text = readFileSync(join(bundlesFolder, name, 'index.cjs'), 'utf8');
    const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, module]) => module);
    expect(required.length).toBeGreaterThan(3);
    expect(required.filter((module) => !module.startsWith('node:'))).toEqual([]);
  });
});
