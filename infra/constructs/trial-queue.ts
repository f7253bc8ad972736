import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** As a function of 30 seconds that takes a batch of messages needs it. */
const visibility = Duration.seconds(180);
const receiveCountMax = 5;
const dead = Duration.days(14);

/** The queue of trials to start, and where those end up that nobody could start. */
export class TrialQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...common, retentionPeriod: dead });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: visibility,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receiveCountMax },
    });
  }
}
