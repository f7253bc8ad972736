/** `npm run engines`: fetches the engines that tests run against, once per change of the list of each kind. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { enginesAreInstalled, enginesPom, installedPom, isOnPath, libFolder } from './engine-process.ts';
import { environmentIsInstalled, pythonEnvironments, type PythonEnvironment } from './python-environments.ts';

interface EngineKind {
  what: string;
  tools: string[];
  packages: string;
  isInstalled: () => boolean;
  folder: string;
  /** The programs to run one after the other, for the first attempt or a later one. */
  commands: (attempt: number) => string[][];
  /** The list, and the copy of it that says it was installed. */
  list: string;
  installedList: string;
}

const kinds: EngineKind[] = [
  {
    what: 'the engines in Java (80 MB)',
    tools: ['java', 'mvn'],
    packages: 'maven default-jre-headless',
    isInstalled: enginesAreInstalled,
    folder: libFolder,
    // Maven remembers a failed download and refuses to try it again, unless told to with -U.
    commands: (attempt) => [
      ['mvn', '-q', '-B', ...(attempt > 1 ? ['-U'] : []), '-f', enginesPom, 'dependency:copy-dependencies'],
    ],
    list: enginesPom,
    installedList: installedPom,
  },
  ...pythonEnvironments.map(pythonKind),
];

/** A registry can hiccup. */
const attemptCountMax = 3;
const commandTimeoutMs = 300_000;
const outputLineCountMax = 20;

process.exitCode = kinds.map(install).every(Boolean) ? 0 : 1;

/** What pip installs from a list, in an environment of its own. */
function pythonKind(environment: PythonEnvironment): EngineKind {
  const { what, folder, programs, list, installedList } = environment;
  return {
    what,
    tools: ['python3'],
    packages: 'python3-venv',
    isInstalled: () => environmentIsInstalled(environment),
    folder,
    commands: () => [
      ['python3', '-m', 'venv', folder],
      [join(programs, 'pip'), 'install', '-q', '--disable-pip-version-check', '-r', list],
    ],
    list,
    installedList,
  };
}

/** @returns whether the engines are there now. */
function install(kind: EngineKind): boolean {
  const missingTool = kind.tools.find((tool) => !isOnPath(tool));
  if (missingTool !== undefined) {
    console.error(
      `${missingTool} is not on the PATH; install it, on Debian with \`apt-get install ${kind.packages}\`.`,
    );
    return false;
  }
  if (kind.isInstalled()) return true;
  console.log(`Fetching ${kind.what}, once per change of test/engines …`);
  const failure = failureToFetch(kind);
  if (failure === undefined) return true;
  console.error(`${kind.what} could not be fetched in ${attemptCountMax} attempts; the last one said:\n${failure}`);
  return false;
}

function failureToFetch({ folder, commands, list, installedList }: EngineKind): string | undefined {
  rmSync(folder, { recursive: true, force: true });
  let failure: string | undefined;
  for (let attempt = 1; attempt <= attemptCountMax; attempt++) {
    failure = commands(attempt).reduce<string | undefined>(
      (failed, command) => failed ?? failureOf(command),
      undefined,
    );
    if (failure !== undefined) continue;
    copyFileSync(list, installedList);
    return undefined;
  }
  return failure;
}

function failureOf([program, ...programArguments]: string[]): string | undefined {
  const run = spawnSync(program, programArguments, { encoding: 'utf8', timeout: commandTimeoutMs });
  if (run.status === 0) return undefined;
  const output = run.error?.message ?? `${run.stdout}${run.stderr}`;
  return output.trim().split('\n').slice(-outputLineCountMax).join('\n');
}
