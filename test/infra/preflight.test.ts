import { describe, expect, it } from 'vitest';
import { assertGpuCapacity, preparedPlace } from '../../infra/preflight.ts';
import type { Ran, Run } from '../../infra/run-program.ts';

/** The AWS CLI as it answers where all is well, but for what is said by the start of a command. */
function cli(answers: Record<string, Partial<Ran>> = {}): Run & { asked: string[] } {
  const well: Record<string, Partial<Ran>> = {
    'aws --version': { stdout: 'aws-cli/2.31.0' },
    'aws configure get region': { stdout: 'eu-central-1\n' },
    'aws sts get-caller-identity': { stdout: '123456789012\n' },
    'aws ssm get-parameter': { stdout: '{}' },
    'aws ec2 describe-instance-type-offerings': { stdout: 'g6.xlarge\tg5.xlarge\n' },
    'aws service-quotas get-service-quota': { stdout: '64.0\n' },
  };
  const asked: string[] = [];
  const run: Run = (program, args) => {
    const command = [program, ...args].join(' ');
    asked.push(command);
    const found = [...Object.entries(answers), ...Object.entries(well)].find(([start]) => command.startsWith(start));
    return { code: 0, stdout: '', stderr: '', ...found?.[1] };
  };
  return Object.assign(run, { asked });
}

const place = { account: '123456789012', region: 'eu-central-1' };
const training = { image: 'a', instanceTypes: ['g6.xlarge', 'g5.xlarge'], vcpusMax: 32 };

describe('before a deployment', () => {
  it('finds out where it goes', () => {
    expect(preparedPlace(cli(), undefined)).toEqual(place);
    expect(preparedPlace(cli(), 'us-east-1')).toEqual({ ...place, region: 'us-east-1' });
  });

  it.each<[string, Record<string, Partial<Ran>>, string]>([
    ['no AWS CLI', { 'aws --version': { code: null } }, 'The AWS CLI is not on the PATH'],
    ['no region', { 'aws configure get region': { code: 1, stdout: '' } }, 'got none: add --region REGION.'],
    [
      'no credentials',
      { 'aws sts get-caller-identity': { code: 255, stdout: '', stderr: '\nUnable to locate credentials.' } },
      'run aws configure, or aws sso login. It said: Unable to locate credentials.',
    ],
    [
      'no bootstrap',
      { 'aws ssm get-parameter': { code: 254, stderr: 'An error occurred (ParameterNotFound)' } },
      'run npx cdk bootstrap aws://123456789012/eu-central-1.',
    ],
  ])('says what to do about %s', (_, answers, sentence) => {
    expect(() => preparedPlace(cli(answers), undefined)).toThrow(sentence);
  });

  it('refuses a region that is none', () => {
    expect(() => preparedPlace(cli(), 'Frankfurt')).toThrow(
      'The region must be one such as eu-central-1; got Frankfurt',
    );
  });

  it('is content with instances that are sold and within the quota', () => {
    const run = cli();
    expect(() => assertGpuCapacity(run, place.region, training)).not.toThrow();
    expect(run.asked.join('\n')).toContain('Values=g6.xlarge,g5.xlarge');
    expect(run.asked.filter((command) => command.includes('quota')).length).toBe(1);
  });

  it.each<[string, Record<string, Partial<Ran>>, string]>([
    [
      'types that the region does not have',
      { 'aws ec2': { stdout: 'g5.xlarge\n' } },
      'eu-central-1 does not have g6.xlarge: give --instance-types with g5.xlarge, or another --region.',
    ],
    ['a region without GPUs', { 'aws ec2': { stdout: '' } }, 'does not have g6.xlarge, g5.xlarge'],
    [
      'a quota that is too small',
      { 'aws service-quotas': { stdout: '0.0\n' } },
      'is 0 vCPUs in eu-central-1 and must be at least 32: run aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-3819A6DF --desired-value 32 --region eu-central-1',
    ],
    [
      'a quota that cannot be seen',
      { 'aws service-quotas': { code: 254, stdout: '' } },
      'is not known in eu-central-1',
    ],
  ])('says what to do about %s', (_, answers, sentence) => {
    expect(() => assertGpuCapacity(cli(answers), place.region, training)).toThrow(sentence);
  });

  it('asks for the quota of each family', () => {
    const run = cli({ 'aws ec2': { stdout: 'p5.48xlarge g6.xlarge' } });
    assertGpuCapacity(run, place.region, { ...training, instanceTypes: ['p5.48xlarge', 'g6.xlarge'] });
    expect(run.asked.filter((command) => command.includes('L-7212CCBC')).length).toBe(1);
    expect(run.asked.filter((command) => command.includes('L-3819A6DF')).length).toBe(1);
  });
});
