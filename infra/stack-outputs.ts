import { NotReady } from './preflight.ts';
import type { Run } from './run-program.ts';

/** What a stack that is there says of itself, by name; undefined when there is no such stack. */
export function stackOutputs(run: Run, stackName: string, region: string): Record<string, string> | undefined {
  const describe = ['cloudformation', 'describe-stacks', '--stack-name', stackName, '--region', region];
  const { code, stdout, stderr } = run('aws', [...describe, '--query', 'Stacks[0].Outputs', '--output', 'json']);
  if (code !== 0 && /does not exist/.test(stderr)) return undefined;
  // Who may not look must not be told that there is nothing.
  if (code !== 0) throw new NotReady(`What ${stackName} is could not be found out in ${region}: ${stderr.trim()}`);
  const outputs = (JSON.parse(stdout) ?? []) as { OutputKey: string; OutputValue: string }[];
  return Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}
