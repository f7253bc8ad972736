import { dirname, join, normalize } from 'node:path/posix';

/** A file of the tree: its path from the root, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

interface Floor {
  /** Folders of the project that it may import from, besides itself. A file's path for single files. */
  floors: string[];
  /** Packages and Node modules; `node:` allows all of Node. */
  packages: string[];
}

const jobFloors = [
  'shared/domain',
  'shared/service/ports/job-errors.ts',
  'shared/service/ports/objects.ts',
  'shared/service/ports/queue.ts',
  'shared/service/ports/job-runner.ts',
];

/** Imports go down only: docs/architecture.md. The longest matching folder counts. */
const floors: Record<string, Floor> = {
  'shared/numerics': { floors: [], packages: [] },
  'shared/domain': { floors: [], packages: ['zod'] },
  'shared/engine': { floors: ['shared/domain', 'shared/numerics'], packages: [] },
  'shared/api': { floors: ['shared/domain'], packages: ['zod', 'fastest-levenshtein'] },
  'shared/service': {
    floors: [
      'shared/domain',
      'shared/api',
      'shared/engine/suggest.ts',
      'shared/engine/admit.ts',
      'shared/engine/suggest-with-model.ts',
      'shared/engine/engine-version.ts',
      'shared/engine/advise.ts',
      'shared/engine/fitted.ts',
      'shared/engine/importance.ts',
      'shared/engine/predict.ts',
      'shared/engine/observations.ts',
      'shared/engine/training-seed.ts',
    ],
    packages: [],
  },
  'shared/service/ports': {
    floors: ['shared/domain', 'shared/api/messages.ts', 'shared/engine/fitted.ts'],
    packages: [],
  },
  'shared/store': {
    floors: ['shared/domain', 'shared/service/ports', 'shared/service/errors.ts'],
    packages: ['node:assert/strict', 'node:crypto'],
  },
  'shared/store/snapshot-items.ts': {
    floors: ['shared/store', 'shared/domain', 'shared/service/ports'],
    packages: ['node:zlib'],
  },
  'shared/store/private-folder.ts': { floors: [], packages: ['node:fs', 'node:path'] },
  'shared/store/sqlite-file.ts': { floors: ['shared/store'], packages: ['node:path', 'node:sqlite'] },
  'shared/store/sqlite-table.ts': { floors: ['shared/store'], packages: ['node:sqlite'] },
  'shared/store/write-turns.ts': { floors: [], packages: ['node:timers/promises'] },
  'shared/store/dynamo-table.ts': {
    floors: ['shared/store'],
    packages: ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', '@aws-sdk/util-dynamodb'],
  },
  'shared/store/ports-on-table.ts': {
    floors: ['shared/store', 'shared/service/ports'],
    packages: ['node:crypto', 'ulid'],
  },
  'shared/jobs': {
    floors: jobFloors,
    packages: [
      'node:assert/strict',
      'node:child_process',
      'node:crypto',
      'node:events',
      'node:fs',
      'node:fs/promises',
      'node:os',
      'node:path',
      'node:url',
    ],
  },
  'shared/jobs/folder-objects.ts': {
    floors: ['shared/jobs', ...jobFloors, 'shared/store/private-folder.ts'],
    packages: ['node:assert/strict', 'node:crypto', 'node:fs/promises', 'node:path', 'node:url'],
  },
  'shared/jobs/sqlite-queue.ts': {
    floors: ['shared/jobs', ...jobFloors, 'shared/store/sqlite-file.ts'],
    packages: ['node:sqlite'],
  },
  'shared/jobs/sqs-queue.ts': { floors: ['shared/jobs', ...jobFloors], packages: ['@aws-sdk/client-sqs'] },
  'shared/jobs/batch-runner.ts': {
    floors: ['shared/jobs', ...jobFloors],
    packages: ['@aws-sdk/client-batch', '@aws-sdk/client-cloudwatch-logs'],
  },
  'shared/jobs/scheduler-sweeps.ts': {
    floors: ['shared/jobs', 'shared/service/ports/training.ts'],
    packages: ['@aws-sdk/client-scheduler'],
  },
  'shared/jobs/timer-sweeps.ts': { floors: ['shared/service/ports/training.ts'], packages: [] },
  'shared/jobs/s3-objects.ts': {
    floors: ['shared/jobs', ...jobFloors],
    packages: ['node:assert/strict', '@aws-sdk/client-s3'],
  },
  'shared/http': { floors: ['shared/service', 'shared/api'], packages: ['zod'] },
  local: {
    floors: ['shared/http', 'shared/store', 'shared/jobs', 'shared/service', 'shared/api', 'package.json'],
    packages: ['node:'],
  },
  functions: {
    floors: ['shared/http', 'shared/store', 'shared/jobs', 'shared/service', 'shared/api', 'package.json'],
    packages: ['node:', 'zod', '@middy/core', 'aws-lambda'],
  },
  'functions/wire.ts': {
    floors: ['shared/store', 'shared/service/ports'],
    packages: ['node:timers/promises', '@aws-sdk/client-dynamodb'],
  },
  'functions/wire-training.ts': {
    floors: ['functions', 'shared/jobs', 'shared/service/ports'],
    packages: ['zod', '@aws-sdk/client-cloudwatch-logs', '@aws-sdk/client-scheduler', '@aws-sdk/client-sqs'],
  },
  'functions/wire-trainer.ts': {
    floors: ['functions', 'shared/jobs', 'shared/service/ports'],
    packages: ['@aws-sdk/client-s3'],
  },
  infra: {
    floors: ['shared/api/routes.ts'],
    packages: ['node:', 'aws-cdk-lib', 'cdk-nag', 'constructs', 'esbuild'],
  },
  'infra/copy-table.ts': { floors: ['infra'], packages: ['node:', '@aws-sdk/client-dynamodb'] },
  'clients/cli': {
    floors: ['shared/api/client.ts', 'shared/api/printed-result.ts', 'shared/api/nearest.ts', 'package.json'],
    packages: ['node:', 'yaml'],
  },
  'clients/cli/commands/serve.ts': { floors: ['clients/cli', 'local'], packages: [] },
  'clients/package': { floors: [], packages: ['node:', 'esbuild'] },
  'local/demo': { floors: ['local', 'shared/api', 'shared/domain'], packages: ['node:'] },
  bench: {
    floors: [
      'local',
      'shared',
      'infra/bundle.ts',
      'clients/package/bundle.ts',
      'test/audit.ts',
      'test/engines/python-environments.ts',
    ],
    packages: ['node:', 'zod'],
  },
  docs: { floors: ['shared/api', 'clients/cli', 'package.json'], packages: ['node:', 'zod'] },
  test: {
    floors: ['shared', 'local', 'clients', 'functions', 'infra', 'bench', 'docs', 'package.json'],
    packages: [
      'node:',
      'vitest',
      'vitest/node',
      'fast-check',
      'zod',
      'aws-lambda',
      'aws-cdk-lib',
      'cdk-nag',
      '@aws-sdk/client-batch',
      '@aws-sdk/client-cloudwatch-logs',
      '@aws-sdk/client-dynamodb',
      '@aws-sdk/client-s3',
      '@aws-sdk/client-scheduler',
      '@aws-sdk/client-sqs',
    ],
  },
};

/** Folders that hold code. A new one belongs into this list and into docs/architecture.md. */
const folders = [
  ...Object.keys(floors).filter((floor) => !floor.endsWith('.ts')),
  'bench/regret',
  'clients/cli/commands',
  'clients/cli/exchange',
  'clients/cli/run',
  'shared/domain/constraint',
  'shared/engine/acquisition',
  'shared/engine/gp',
  'shared/engine/importance',
  'shared/engine/samplers',
  'infra/constructs',
  'shared/service/keys',
  'shared/service/model',
  'shared/service/studies',
  'shared/service/training',
  'shared/service/trials',
  'test/api',
  'test/bench',
  'test/clients',
  'test/clients/cli',
  'test/contract',
  'test/domain',
  'test/e2e',
  'test/engine',
  'test/engine/acquisition',
  'test/engine/gp',
  'test/engine/importance',
  'test/engine/samplers',
  'test/engines',
  'test/examples',
  'test/functions',
  'test/golden',
  'test/http',
  'test/infra',
  'test/jobs',
  'test/local',
  'test/local/demo',
  'test/noreg',
  'test/numerics',
  'test/service',
  'test/service/model',
  'test/service/studies',
  'test/service/training',
  'test/service/trials',
  'test/simulation',
  'test/simulation/actors',
  'test/simulation/carriers',
  'test/simulation/engines',
  'test/simulation/invariants',
  'test/simulation/mutations',
  'test/simulation/service',
  'test/store',
  'test/tidy',
];

/** Words that belong to one place, so that everything else stays pure; and their homes. */
const bannedWords: { word: RegExp; homes: string[] }[] = [
  { word: /\bMath\.random\b/, homes: ['shared/api/client.ts', 'functions/wire.ts'] },
  { word: /\bnew Date\(/, homes: ['shared/domain/time.ts'] },
  { word: /\bDate\.now\b/, homes: ['local/wire.ts', 'local/demo', 'functions/wire.ts', 'clients/cli/commands'] },
  {
    word: /\bprocess\.env\b/,
    homes: [
      'local/demo',
      'local/training.ts',
      'clients/cli/entry.ts',
      'functions/wire.ts',
      'functions/wire-training.ts',
      'functions/environment-credentials.ts',
      'infra/run-program.ts',
    ],
  },
  { word: /\beval\(|\bnew Function\(/, homes: [] },
  { word: /\bTODO\b|\bFIXME\b|\bXXX\b/, homes: [] },
  { word: /@ts-(ignore|nocheck)/, homes: [] },
];

const bannedNames = /^(util|utils|helper|helpers|common|types|constants|misc|shared|index)\.ts$/;
const namesAllowed = ['local/index.ts'];

/** Everything that is wrong with a tree, one sentence each. */
export function violations(files: readonly SourceFile[]): string[] {
  const code = files.filter(({ path }) => path.endsWith('.ts'));
  return [
    ...code.flatMap((file) => [...placeFaults(file), ...importFaults(file), ...wordFaults(file), ...shapeFaults(file)]),
    ...cycles(code),
  ];
}

function placeFaults({ path }: SourceFile): string[] {
  const folder = dirname(path);
  const name = path.slice(folder.length + 1);
  const faults: string[] = [];
  if (folder !== '.' && !folders.includes(folder))
    faults.push(`${path}: the folder ${folder} is not in the plan of the house`);
  if (bannedNames.test(name) && !namesAllowed.includes(path)) faults.push(`${path}: the name ${name} says nothing`);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config))?\.ts$/.test(name)) faults.push(`${path}: file names are kebab-case`);
  return faults;
}

function importFaults(file: SourceFile): string[] {
  const floor = floorOf(file.path);
  if (floor === undefined) return [];
  const { floors: allowed, packages } = floors[floor];
  const own = floor.endsWith('.ts') ? floor : `${floor}/`;
  return importsOf(file).flatMap((imported) => {
    if (!imported.startsWith('.')) {
      const isAllowed = packages.some(
        (one) =>
          imported === one ||
          (one === 'node:' && imported.startsWith('node:')) ||
          (one === 'aws-cdk-lib' && imported.startsWith('aws-cdk-lib/')),
      );
      return isAllowed ? [] : [`${file.path}: ${floor} may not import ${imported}`];
    }
    const target = normalize(join(dirname(file.path), imported));
    const isInside = target.startsWith(own) || allowed.some((one) => target === one || target.startsWith(`${one}/`));
    return isInside ? [] : [`${file.path}: ${floor} may not import ${target}`];
  });
}

function wordFaults({ path, text }: SourceFile): string[] {
  if (path.startsWith('test/') || path.startsWith('bench/')) return [];
  return bannedWords
    .filter(({ word, homes }) => word.test(text) && !homes.some((home) => path === home || path.startsWith(`${home}/`)))
    .map(({ word }) => `${path}: ${word.source} has no place here`);
}

function shapeFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  if (/^export (\*|\{[^}]*\}) from /m.test(text))
    faults.push(`${path}: re-exports are barrels; import from where a thing is`);
  if (/\b(it|test|describe)\.(only|skip|todo)\(/.test(text)) faults.push(`${path}: a test is left out`);
  if (/^(export )?(const )?enum /m.test(text)) faults.push(`${path}: enums do not survive type stripping`);
  return faults;
}

function cycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(
    files.map((file) => [file.path, importsOf(file, true).map((one) => normalize(join(dirname(file.path), one)))]),
  );
  const done = new Set<string>();
  const faults: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) faults.push(`${[...trail.slice(at), path].join(' → ')}: a cycle`);
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return faults;
}

function floorOf(path: string): string | undefined {
  const fitting = Object.keys(floors).filter((floor) => path === floor || path.startsWith(`${floor}/`));
  return fitting.sort((a, b) => b.length - a.length)[0];
}

/** What a file imports. @param ofOwn only files of the project. */
function importsOf({ text }: SourceFile, ofOwn = false): string[] {
  const found = [
    ...text.matchAll(/^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm),
  ];
  const imported = found.map((match) => match[1] ?? match[2] ?? match[3]);
  return ofOwn ? imported.filter((one) => one.startsWith('.')) : imported;
}
