import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The licence texts of the packages that are inside of bundles, which whoever hands these on must hand on with them. */
export function thirdPartyNotice(root: string, { outputs }: Metafile): string {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const head = 'Cavia is under the licence in LICENSE. Its bundles hold parts of these packages:';
  return [head, ...[...folders].sort().map((folder) => noticeOf(join(root, folder)))].join(`\n\n${'-'.repeat(80)}\n\n`);
}

/** @throws Error for a package that does not say on what terms it may be handed on. */
function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)(\.(md|txt))?$/i.test(file));
  if (!texts.some((file) => /^licen/i.test(file))) throw new Error(`${name} has no licence text in ${folder}.`);
  return [
    `${name} ${version} (${license})`,
    ...texts.map((file) => readFileSync(join(folder, file), 'utf8').trim()),
  ].join('\n\n');
}

interface Manifest {
  name: string;
  version: string;
  license: string;
}
