const account = '123456789012';
const region = 'eu-central-1';

/** The event that Batch sends when a job has come into another state. @param detail what DescribeJobs says of it. */
export function batchEvent(detail: object): Record<string, unknown> {
  const { jobId, jobQueue, jobDefinition } = detail as Record<string, string>;
  const arn = (resource: string): string => `arn:aws:batch:${region}:${account}:${resource}`;
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Batch Job State Change',
    source: 'aws.batch',
    account,
    time: '2022-01-11T23:36:40Z',
    region,
    resources: [arn(`job/${jobId}`)],
    detail: {
      ...detail,
      jobArn: arn(`job/${jobId}`),
      jobQueue: arn(`job-queue/${jobQueue}`),
      jobDefinition: arn(`job-definition/${jobDefinition}:1`),
      attempts: [],
      dependsOn: [],
      parameters: {},
      tags: {},
      propagateTags: false,
      platformCapabilities: [],
    },
  };
}
