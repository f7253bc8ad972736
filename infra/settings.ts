/** What a deployment can be told, as context: `-c stage=dev`. */
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

/** Thrown before anything is made; the message is one sentence. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
}

/** The smallest two of each generation of GPU instances that the image of ECS knows. */
const instanceTypesDefault = 'g6.xlarge,g6.2xlarge,g5.xlarge,g5.2xlarge';
const vcpusDefault = '32';

/** @param contextOf what was given under a name, if anything was. */
export function readSettings(contextOf: (name: string) => unknown): Settings {
  const given = (name: string): string | undefined => {
    const value = contextOf(name);
    return value === undefined || value === '' ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  };
  const image = given('trainingImage');
  const stray = ['instanceTypes', 'trainingVcpus'].find((name) => given(name) !== undefined);
  if (image === undefined && stray !== undefined)
    throw new SettingsRefused(`${stray} is about training, which needs the image that trains: add -c trainingImage=….`);
  const auth = authOf(given('auth') ?? 'keys');
  if (auth === 'iam' && image !== undefined)
    throw new SettingsRefused(
      'auth must be keys where trainingImage is given, because jobs call with tokens; got iam.',
    );
  return {
    stage: stageOf(given('stage')),
    auth,
    askConcurrency: optional(given('askConcurrency'), (text) => wholeNumber('askConcurrency', text, 1, 1000)),
    alarmEmail: optional(given('alarmEmail'), addressOf),
    dashboard: isOn('dashboard', given('dashboard') ?? 'off'),
    tracing: isOn('tracing', given('tracing') ?? 'off'),
    training: optional(image, (text) => ({
      image: imageOf(text),
      instanceTypes: instanceTypesOf(given('instanceTypes') ?? instanceTypesDefault),
      vcpusMax: wholeNumber('trainingVcpus', given('trainingVcpus') ?? vcpusDefault, 4, 10_000),
    })),
  };
}

function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text);
}

function stageOf(text: string | undefined): string {
  if (text !== undefined && /^[a-z][a-z0-9]{0,11}$/.test(text)) return text;
  throw new SettingsRefused(
    `stage must be 1 to 12 lower-case letters and digits, such as dev; got ${text ?? 'none: add -c stage=dev'}.`,
  );
}

function authOf(text: string): Settings['auth'] {
  if (text === 'keys' || text === 'iam') return text;
  throw new SettingsRefused(`auth must be keys or iam; got ${text}.`);
}

function addressOf(text: string): string {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return text;
  throw new SettingsRefused(`alarmEmail must be an e-mail address; got ${text}.`);
}

function isOn(name: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new SettingsRefused(`${name} must be on or off; got ${text}.`);
}

function imageOf(text: string): string {
  if (/^[a-z0-9][\w.:/@-]{0,254}$/.test(text)) return text;
  throw new SettingsRefused(`trainingImage must be the name of a container image; got ${text}.`);
}

function instanceTypesOf(text: string): string[] {
  const types = text.split(',').map((one) => one.trim());
  const wrong = types.find((type) => !/^(g|gr|p)\d[a-z]*\.(\d+)?x?large$|^(g|gr|p)\d[a-z]*\.metal$/.test(type));
  if (wrong === undefined) return types;
  throw new SettingsRefused(
    `instanceTypes must be types with a GPU (g4dn, g5, g6, gr6, p4d, p5 …), such as g6.xlarge,g5.xlarge; got ${wrong || 'nothing'}.`,
  );
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new SettingsRefused(`${name} must be a whole number from ${min} to ${max}; got ${text}.`);
}
