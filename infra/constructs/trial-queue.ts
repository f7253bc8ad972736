import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TrainingNames } from '../training-names.ts';

/** As a function of 30 seconds that takes a batch of messages needs it. */
const visibility = Duration.seconds(180);
const receiveCountMax = 5;
const dead = Duration.days(14);

/** The queue of messages about managed studies, and where those end up that nobody could deal with. */
export class TrialQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { trialQueue, deadLetterQueue }: TrainingNames) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...common,
      queueName: deadLetterQueue,
      retentionPeriod: dead,
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      queueName: trialQueue,
      visibilityTimeout: visibility,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receiveCountMax },
    });
  }
}
