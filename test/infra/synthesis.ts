import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../../infra/settings.ts';
import { addStacks } from '../../infra/stacks.ts';

export interface Resource {
  Type: string;
  // eslint-disable-next-line typescript/no-explicit-any -- each type of resource has its own
  Properties: any;
  DeletionPolicy?: string;
}

export interface Template {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown }>;
}

export interface Synthesis {
  /** The templates by the last word of their stack's name. */
  templates: Record<string, Template>;
  files: string[];
  /** What cdk-nag found and nobody has acknowledged. */
  findings: { ruleName: string; violatingResources: unknown[] }[];
}

/** The templates as `cdk synth` makes them, without the checks of CDK's own that it does besides. */
export function synthesise(context: Record<string, string>): Synthesis {
  const { context: flags } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
  const outdir = mkdtempSync(join(tmpdir(), 'cavia-templates-'));
  const app = new App({ outdir, context: { ...flags, ...context }, analyticsReporting: false });
  addStacks(
    app,
    readSettings((name) => context[name]),
  );
  const { stacks } = app.synth();
  return {
    templates: Object.fromEntries(
      stacks.map(({ stackName, template }) => [stackName.split('-').at(-1)!, template as Template]),
    ),
    files: stacks.map(({ templateFullPath }) => templateFullPath),
    findings: [...(new AwsSolutionsChecks(app).validateScope(app).violations as Synthesis['findings'])],
  };
}
