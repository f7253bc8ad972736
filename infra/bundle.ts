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
