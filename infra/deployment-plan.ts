import { asOption } from './command-line.ts';
import {
  givenSettings,
  readSettings,
  settingDefaults,
  settingNames,
  type GivenSettings,
  type SettingName,
  type Settings,
} from './settings.ts';

/** What a deployment is going to make of a stage. */
export interface DeploymentPlan {
  settings: Settings;
  /** One line: what changes, and what is kept. */
  said: string;
}

/**
 * The output in which a stack keeps the settings that it was made with: what trains, its own; the service, the others.
 * So an output never changes alone, which is no update to CloudFormation.
 */
export const settingsOutput = 'Settings';

export type Outputs = Record<string, string> | undefined;

/**
 * A stage keeps its settings, and a deployment begins with them: what is not given stays as it is, and nothing is taken
 * away without being said.
 * @param outputsOf those of a stack of the stage; undefined for one that is not there.
 */
export function planDeployment(
  stage: string,
  given: GivenSettings,
  outputsOf: (stack: 'service' | 'training') => Outputs,
): DeploymentPlan {
  const records = (['service', 'training'] as const).flatMap((stack) => outputsOf(stack)?.[settingsOutput] ?? []);
  const kept = records.length === 0 ? undefined : keptIn(records);
  const isUntrained = given.trainingImage === settingDefaults.trainingImage;
  const texts: GivenSettings = { ...(isUntrained ? untrained(kept ?? {}) : kept), ...given };
  const settings = readSettings((name) => (name === 'stage' ? stage : texts[name as SettingName]), asOption);
  return { settings, said: changes(kept, givenSettings(settings)) };
}

function keptIn(records: readonly string[]): GivenSettings {
  return Object.assign({}, ...records.map((record) => JSON.parse(record) as GivenSettings)) as GivenSettings;
}

const ofTraining: readonly SettingName[] = ['instanceTypes', 'trainingVcpus'];

function untrained(settings: GivenSettings): GivenSettings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !ofTraining.includes(name as SettingName)));
}

function changes(kept: GivenSettings | undefined, next: GivenSettings): string {
  const options = (names: readonly SettingName[]): string[] => names.map((name) => asOption(name, next[name]));
  const given = settingNames.filter((name) => next[name] !== undefined);
  if (kept === undefined) return `The stage is new: ${listed(options(given), 'every setting is as by default')}.`;
  const changed = settingNames.filter((name) => {
    const isMoot = next.trainingImage === undefined && ofTraining.includes(name);
    return !isMoot && valueIn(kept, name) !== valueIn(next, name);
  });
  const changing = changed.map((name) => `${asOption(name)} from ${valueIn(kept, name)} to ${valueIn(next, name)}`);
  const same = options(given.filter((name) => !changed.includes(name)));
  return `The stage is there. Changed: ${listed(changing, 'no setting')}. Kept: ${listed(same, 'nothing but defaults')}.`;
}

function valueIn(settings: GivenSettings, name: SettingName): string {
  return settings[name] ?? settingDefaults[name];
}

function listed(texts: readonly string[], none: string): string {
  return texts.length === 0 ? none : texts.join(', ');
}
