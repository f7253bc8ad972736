import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { bundleFunctions } from './bundle.ts';
import { readSettings, SettingsRefused } from './settings.ts';
import { addStacks } from './stacks.ts';

/** What `cdk` runs: bundles the functions and makes the templates. */
try {
  const app = new App();
  const settings = readSettings((name) => app.node.tryGetContext(name));
  await bundleFunctions();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  addStacks(app, settings);
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsRefused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
