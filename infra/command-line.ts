import { parseArgs } from 'node:util';
import { settingNames, SettingsRefused, type GivenSettings, type Spelling } from './settings.ts';

/** What deploy is told. */
export interface DeployLine {
  stage: string | undefined;
  region: string | undefined;
  /** Only what was said; `none` takes away what a stage has. */
  given: GivenSettings;
}

/** As it is written on the command line: `--ask-concurrency 20`. */
export const asOption: Spelling = (name, value) => {
  const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === undefined ? option : `${option} ${value}`;
};

export function readDeployLine(args: readonly string[]): DeployLine {
  const options = Object.fromEntries(settingNames.map((name) => [asOption(name).slice(2), name]));
  const said = readOptions(args, ['stage', 'region', ...Object.keys(options)], ['no-training']);
  const given: GivenSettings = Object.fromEntries(
    Object.entries(options).flatMap(([option, name]) => (said[option] === undefined ? [] : [[name, said[option]]])),
  );
  const { trainingImage: image } = given;
  if (said['no-training'] !== undefined && image !== undefined)
    throw new SettingsRefused(`--no-training and --training-image ${image} exclude each other: leave one out.`);
  if (said['no-training'] !== undefined) given.trainingImage = 'none';
  return { stage: said.stage, region: said.region, given };
}

/** Options by their names: those that have a text, and switches, which have an empty one. */
export function readOptions(
  args: readonly string[],
  names: readonly string[],
  switches: readonly string[] = [],
): Record<string, string | undefined> {
  const options = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' }] as const),
    ...switches.map((name) => [name, { type: 'boolean' }] as const),
  ]);
  const values = parsed(args, options);
  for (const name of names) {
    // A variable of the shell that is not set: it must not be taken for a wish to take something away.
    if (values[name] === '') throw new SettingsRefused(`--${name} must have a value; got an empty one.`);
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === true ? '' : String(value)]));
}

function parsed(
  args: readonly string[],
  options: Record<string, { type: 'string' | 'boolean' }>,
): Record<string, unknown> {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // What follows is about arguments that begin with a dash.
    const [sentence] = (error as Error).message.split(/\.\s/);
    throw new SettingsRefused(`${sentence.replace(/\.$/, '')}: --help says what there is.`);
  }
}

/** The settings as arguments of `cdk`. */
export function contextArguments(stage: string, given: GivenSettings): string[] {
  return Object.entries({ stage, ...given }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
