/** `npm run engines`: fetches the engines that tests run against, once per change of test/engines/pom.xml. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { enginesAreInstalled, enginesFolder, enginesPom, installedPom, isOnPath } from './dynamodb-local.ts';

/** A registry can hiccup. */
const attemptCountMax = 3;
const attemptTimeoutMs = 300_000;
const outputLineCountMax = 20;

process.exitCode = install();

function install(): 0 | 1 {
  const missingTool = ['java', 'mvn'].find((tool) => !isOnPath(tool));
  if (missingTool !== undefined) {
    console.error(
      `${missingTool} is not on the PATH; install it, on Debian with \`apt-get install maven default-jre-headless\`.`,
    );
    return 1;
  }
  if (enginesAreInstalled()) return 0;
  console.log('Fetching the test engines with Maven (80 MB, once per change of test/engines/pom.xml) …');
  const failure = failureToFetch();
  if (failure === undefined) return 0;
  console.error(`Maven could not fetch the test engines in ${attemptCountMax} attempts; it last said:\n${failure}`);
  return 1;
}

function failureToFetch(): string | undefined {
  rmSync(enginesFolder, { recursive: true, force: true });
  let output = '';
  for (let attempt = 1; attempt <= attemptCountMax; attempt++) {
    // Maven remembers a failed download and refuses to try it again, unless told to with -U.
    const mavenArguments = [
      '-q',
      '-B',
      ...(attempt > 1 ? ['-U'] : []),
      '-f',
      enginesPom,
      'dependency:copy-dependencies',
    ];
    const maven = spawnSync('mvn', mavenArguments, { encoding: 'utf8', timeout: attemptTimeoutMs });
    if (maven.status === 0) {
      copyFileSync(enginesPom, installedPom);
      return undefined;
    }
    output = maven.error?.message ?? `${maven.stdout}${maven.stderr}`;
  }
  return output.trim().split('\n').slice(-outputLineCountMax).join('\n');
}
