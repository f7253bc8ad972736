import type { Run } from './run-program.ts';
import type { TrainingSettings } from './settings.ts';

/** Where a deployment goes. */
export interface Place {
  account: string;
  region: string;
}

/** Thrown when something is missing; the message says what, and the command that makes it good. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/** Who is asking, and whether the account is prepared for CDK. Changes nothing. */
export function preparedPlace(run: Run, givenRegion: string | undefined): Place {
  if (run('aws', ['--version']).code === null)
    throw new NotReady('The AWS CLI is not on the PATH: install it (https://aws.amazon.com/cli/).');
  const region = givenRegion ?? run('aws', ['configure', 'get', 'region']).stdout.trim();
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new NotReady(`The region must be one such as eu-central-1; got ${region || 'none'}: add --region REGION.`);
  const identity = run('aws', ['sts', 'get-caller-identity', '--query', 'Account', '--output', 'text']);
  const account = identity.stdout.trim();
  if (identity.code !== 0 || !/^\d{12}$/.test(account))
    throw new NotReady(`There are no AWS credentials that work: run aws configure, or aws sso login.${said(identity)}`);
  const bootstrap = ['ssm', 'get-parameter', '--name', '/cdk-bootstrap/hnb659fds/version', '--region', region];
  const found = run('aws', bootstrap);
  if (found.code !== 0)
    throw new NotReady(
      `Account ${account} is not prepared for CDK in ${region}: run npx cdk bootstrap aws://${account}/${region}.${said(found)}`,
    );
  return { account, region };
}

/** Whether the GPU instances can be had: sold in the region, and within the account's quota. Changes nothing. */
export function assertGpuCapacity(run: Run, region: string, { instanceTypes, vcpusMax }: TrainingSettings): void {
  const offers = `ec2 describe-instance-type-offerings --filters Name=instance-type,Values=${instanceTypes.join(',')}`;
  const typesOnly = '--query InstanceTypeOfferings[].InstanceType --output text';
  const offered = words(run('aws', words(`${offers} ${typesOnly} --region ${region}`)).stdout);
  const absent = instanceTypes.filter((type) => !offered.includes(type));
  if (absent.length > 0)
    throw new NotReady(
      `${region} does not have ${absent.join(', ')}: give --instance-types with ${offered.join(',') || 'others'}, or another --region.`,
    );
  for (const [family, { name, code }] of Object.entries(spotQuotas)) {
    if (!instanceTypes.some((type) => type.startsWith(family))) continue;
    const get = `service-quotas get-service-quota --service-code ec2 --quota-code ${code}`;
    const quota = run('aws', words(`${get} --query Quota.Value --output text --region ${region}`));
    const vcpus = Number(quota.stdout.trim());
    if (quota.code === 0 && vcpus >= vcpusMax) continue;
    const request = `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${code} --desired-value ${vcpusMax} --region ${region}`;
    throw new NotReady(
      `The quota "${name}" is ${quota.code === 0 ? `${vcpus} vCPUs` : 'not known'} in ${region} and must be at least ${vcpusMax}: run ${request}, or give --training-vcpus.${said(quota)}`,
    );
  }
}

/** The quotas of spot instances with GPUs, in vCPUs. */
const spotQuotas = {
  g: { name: 'All G and VT Spot Instance Requests', code: 'L-3819A6DF' },
  p: { name: 'All P4, P3 and P2 Spot Instance Requests', code: 'L-7212CCBC' },
};

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function said({ code, stderr }: { code: number | null; stderr: string }): string {
  const line = stderr.trim().split('\n').at(-1);
  return code !== 0 && line ? ` It said: ${line}` : '';
}
