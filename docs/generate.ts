import { readFileSync, writeFileSync } from 'node:fs';
import { openApiDocument } from '../shared/api/openapi.ts';
import { apiPage } from './api-page.ts';
import { benchmarksPage } from './benchmarks-page.ts';
import { cliPage } from './cli-page.ts';
import { costPage } from './cost-page.ts';
import { kernelsModule } from './kernels-module.ts';
import { readmePage } from './readme-page.ts';
import { simulationPage } from './simulation-page.ts';
import packageJson from '../package.json' with { type: 'json' };

/**
 * Writes what is made from something else: the route table, what was measured, the kernels' source; with --check only
 * says whether they are in step.
 */
const documents = {
  'docs/openapi.json': `${JSON.stringify(openApiDocument(packageJson.version), null, 2)}\n`,
  'docs/api.md': apiPage(),
  'docs/cli.md': cliPage(),
  'docs/benchmarks.md': benchmarksPage(),
  'docs/cost.md': costPage(),
  'docs/simulation.md': simulationPage(),
  'README.md': readmePage(),
  'shared/numerics/kernels-wasm.ts': kernelsModule(),
};

for (const [path, text] of Object.entries(documents)) {
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readOrEmpty(path) !== text) {
    console.error(`${path} is not in step with what it is made from: run npm run generate and commit it.`);
    process.exitCode = 1;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
