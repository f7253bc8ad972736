/** What a deployment can be told. */
export interface Settings {
  /** Part of every name, so that several deployments fit into one account. */
  stage: string;
  /** How callers are told apart: by API keys, or by IAM. */
  auth: 'keys' | 'iam';
  /** How many requests that use the model are computed at once, taken out of what the account has; none to share it. */
  askConcurrency: number | undefined;
  /** Who is told when an alarm goes off; nobody when undefined. */
  alarmEmail: string | undefined;
  dashboard: boolean;
  /** Whether X-Ray follows requests through the functions. */
  tracing: boolean;
  /** Undefined where no training runs in the account. */
  training: TrainingSettings | undefined;
}

export interface TrainingSettings {
  /** The container image that trains. */
  image: string;
  instanceTypes: string[];
  /** vCPUs over all instances at once. */
  vcpusMax: number;
}

/** What each setting is while it is not given; giving it takes back what was given before. */
export const settingDefaults = {
  auth: 'keys',
  askConcurrency: 'none',
  alarmEmail: 'none',
  dashboard: 'off',
  tracing: 'off',
  trainingImage: 'none',
  // The smallest two of each generation of GPU instances that the image of ECS knows.
  instanceTypes: 'g6.xlarge,g6.2xlarge,g5.xlarge,g5.2xlarge',
  trainingVcpus: '32',
};

export type SettingName = keyof typeof settingDefaults;
export const settingNames = Object.keys(settingDefaults) as SettingName[];

/** Settings as texts, by their names; those that are left out are as by default. */
export type GivenSettings = Partial<Record<SettingName, string>>;

/** How whoever calls writes a setting, or only its name. */
export type Spelling = (name: SettingName | 'stage', value?: string) => string;

/** As it is given to `cdk`: `-c stage=dev`. */
export const asContext: Spelling = (name, value) => (value === undefined ? name : `-c ${name}=${value}`);

/** Thrown before anything is made; the message is one sentence. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
}

/** @param contextOf what was given under a name, if anything was. @param spelt for sentences about it. */
export function readSettings(contextOf: (name: string) => unknown, spelt: Spelling = asContext): Settings {
  const given = (name: SettingName | 'stage'): string | undefined => {
    const value = contextOf(name);
    return value === undefined || value === '' ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  };
  const read = <T>(name: SettingName, textTo: (text: string, spelling: string) => T): T =>
    textTo(given(name) ?? settingDefaults[name], spelt(name));
  const stage = stageOf(given('stage'), spelt);
  const image = read('trainingImage', unlessNone(imageOf));
  const stray = (['instanceTypes', 'trainingVcpus'] as const).find((name) => given(name) !== undefined);
  if (image === undefined && stray !== undefined)
    throw new SettingsRefused(
      `${spelt(stray)} is about training, which needs the image that trains: add ${spelt('trainingImage', '…')}.`,
    );
  const auth = read('auth', authOf);
  if (auth === 'iam' && image !== undefined)
    throw new SettingsRefused(
      `${spelt('auth')} must be keys where there is training, because jobs call with tokens; got iam with ${spelt('trainingImage', image)}.`,
    );
  return {
    stage,
    auth,
    askConcurrency: read('askConcurrency', unlessNone(wholeNumber(1, 1000))),
    alarmEmail: read('alarmEmail', unlessNone(addressOf)),
    dashboard: read('dashboard', isOnOf),
    tracing: read('tracing', isOnOf),
    training:
      image === undefined
        ? undefined
        : {
            image,
            instanceTypes: read('instanceTypes', instanceTypesOf),
            vcpusMax: read('trainingVcpus', wholeNumber(4, 10_000)),
          },
  };
}

/** The name of a stage, when it is one. */
export function stageOf(text: string | undefined, spelt: Spelling): string {
  if (text !== undefined && /^[a-z][a-z0-9]{0,11}$/.test(text)) return text;
  throw new SettingsRefused(
    `${spelt('stage')} must be 1 to 12 lower-case letters and digits, such as dev; got ${text ?? `none: add ${spelt('stage', 'dev')}`}.`,
  );
}

/** What has to be given, besides the stage, for these settings to come out. */
export function givenSettings({ training, ...settings }: Settings): GivenSettings {
  const { auth, askConcurrency, alarmEmail, dashboard, tracing } = settings;
  return {
    ...withoutDefaults({ auth, askConcurrency, alarmEmail, dashboard: onOrOff(dashboard), tracing: onOrOff(tracing) }),
    ...(training && givenTraining(training)),
  };
}

export function givenTraining({ image, instanceTypes, vcpusMax }: TrainingSettings): GivenSettings {
  return withoutDefaults({ trainingImage: image, instanceTypes: instanceTypes.join(','), trainingVcpus: vcpusMax });
}

function withoutDefaults(values: Partial<Record<SettingName, string | number | undefined>>): GivenSettings {
  const texts = Object.entries(values).map(([name, value]) => [name, String(value ?? 'none')] as const);
  return Object.fromEntries(texts.filter(([name, text]) => text !== settingDefaults[name as SettingName]));
}

function onOrOff(isOn: boolean): string {
  return isOn ? 'on' : 'off';
}

type Reading<T> = (text: string, spelling: string) => T;

function unlessNone<T>(read: Reading<T>): Reading<T | undefined> {
  return (text, spelling) => (text === 'none' ? undefined : read(text, spelling));
}

function authOf(text: string, spelling: string): Settings['auth'] {
  if (text === 'keys' || text === 'iam') return text;
  throw new SettingsRefused(`${spelling} must be keys or iam; got ${text}.`);
}

function addressOf(text: string, spelling: string): string {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return text;
  throw new SettingsRefused(`${spelling} must be an e-mail address; got ${text}.`);
}

function isOnOf(text: string, spelling: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new SettingsRefused(`${spelling} must be on or off; got ${text}.`);
}

function imageOf(text: string, spelling: string): string {
  if (/^[a-z0-9][\w.:/@-]{0,254}$/.test(text)) return text;
  throw new SettingsRefused(`${spelling} must be the name of a container image; got ${text}.`);
}

function instanceTypesOf(text: string, spelling: string): string[] {
  const types = text.split(',').map((one) => one.trim());
  const wrong = types.find((type) => !/^(g|gr|p)\d[a-z]*\.(\d+)?x?large$|^(g|gr|p)\d[a-z]*\.metal$/.test(type));
  if (wrong === undefined) return types;
  throw new SettingsRefused(
    `${spelling} must be types with a GPU (g4dn, g5, g6, gr6, p4d, p5 …), such as g6.xlarge,g5.xlarge; got ${wrong || 'nothing'}.`,
  );
}

function wholeNumber(min: number, max: number): Reading<number> {
  return (text, spelling) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new SettingsRefused(`${spelling} must be a whole number from ${min} to ${max}; got ${text}.`);
  };
}
