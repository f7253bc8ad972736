import { build } from 'esbuild';
import { join } from 'node:path';

/** The functions, by the name of their file in functions/. */
export const functionNames = [
  'ask',
  'api',
  'authorize',
  'make-key',
  'refit-model',
  'dispatch-trials',
  'on-job-event',
  'sweep',
] as const;
export type FunctionName = (typeof functionNames)[number];

/** What each may have: the larger it is, the longer a cold start takes. */
export const bundleBytesMax: Record<FunctionName, number> = {
  ask: 600_000,
  api: 700_000,
  authorize: 500_000,
  'make-key': 500_000,
  'refit-model': 500_000,
  // With the model, and with clients of five more services; nobody waits for their start.
  'dispatch-trials': 800_000,
  'on-job-event': 800_000,
  sweep: 800_000,
};

const root = join(import.meta.dirname, '..');
export const bundlesFolder = join(root, '.bundles');

/**
 * Bundles all functions in one call, each with its own copy of what it uses, the SDK included: a file loads faster than
 * the hundreds that it is made of.
 */
export async function bundleFunctions(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: functionNames.map((name) => ({ in: `functions/${name}.ts`, out: join(name, 'index') })),
    outdir: bundlesFolder,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // The packages' CommonJS builds cannot be cut down to what is used.
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': './functions/environment-credentials.ts' },
    // Lambda loads it whatever a package.json says, and so does Node from this folder.
    outExtension: { '.js': '.cjs' },
    legalComments: 'none',
    logLevel: 'warning',
  });
}
