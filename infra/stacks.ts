import { Tags, type App } from 'aws-cdk-lib';
import { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';
import { StateStack } from './state-stack.ts';
import { TrainingStack } from './training-stack.ts';

/** Adds the stacks of one deployment. */
export function addStacks(app: App, settings: Settings): void {
  const { stage, training } = settings;
  // No account and no region is named: the templates fit into every one.
  const state = new StateStack(app, `cavia-${stage}-state`, { stage });
  const service = new ServiceStack(app, `cavia-${stage}-service`, { settings, tables: state.tables });
  if (training) {
    const stack = new TrainingStack(app, `cavia-${stage}-training`, { stage, training });
    stack.addStackDependency(state);
    // Its functions take messages from the queue that is there.
    service.addStackDependency(stack);
  }
  Tags.of(app).add('cavia', stage);
}
