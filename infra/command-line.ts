import { parseArgs } from 'node:util';
import { SettingsRefused } from './settings.ts';

/** The options that become context of the CDK app, by what they are called there. */
const contextOptions = {
  stage: 'stage',
  auth: 'auth',
  'ask-concurrency': 'askConcurrency',
  'alarm-email': 'alarmEmail',
  dashboard: 'dashboard',
  tracing: 'tracing',
  'training-image': 'trainingImage',
  'instance-types': 'instanceTypes',
  'training-vcpus': 'trainingVcpus',
} as const;

export interface CommandLine {
  /** By the names of settings. */
  context: Record<string, string>;
  region: string | undefined;
  /** The stage whose data is to go too. */
  deleteData: string | undefined;
}

/** Reads the options of deploy and destroy. */
export function readCommandLine(args: string[]): CommandLine {
  const text = { type: 'string' } as const;
  const names = Object.keys(contextOptions) as (keyof typeof contextOptions)[];
  const texts = Object.fromEntries([...names, 'region', 'delete-data'].map((name) => [name, text]));
  // Training is deployed with an image and not without; who says so is understood.
  const options = { ...texts, 'no-training': { type: 'boolean' } } as const;
  try {
    const { 'no-training': isWithoutTraining, ...values } = parseArgs({ args, options }).values;
    const given = values as Record<string, string | undefined>;
    const { region, 'delete-data': deleteData, 'training-image': image } = given;
    if (isWithoutTraining && image !== undefined)
      throw new SettingsRefused(`--no-training and --training-image ${image} exclude each other: leave one out.`);
    const context = names.flatMap((name) => (given[name] === undefined ? [] : [[contextOptions[name], given[name]]]));
    return { context: Object.fromEntries(context) as Record<string, string>, region, deleteData };
  } catch (error) {
    throw new SettingsRefused((error as Error).message);
  }
}

/** The settings as arguments of `cdk`. */
export function contextArguments(context: Record<string, string>): string[] {
  return Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
