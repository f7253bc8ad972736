import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** The key of AWS, which costs nothing, and no request in the clear. */
export const queueSecurity = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };

/** As long as SQS keeps anything: somebody may be on holiday. */
const retentionPeriod = Duration.days(14);

/** A queue of what nobody could deal with. */
export function deadLetters(scope: Construct, id: string, queueName?: string): Queue {
  const queue = new Queue(scope, id, { ...queueSecurity, retentionPeriod, queueName });
  acknowledge(queue, 'AwsSolutions-SQS3', 'It is where dead letters go; nothing receives from it.');
  return queue;
}
