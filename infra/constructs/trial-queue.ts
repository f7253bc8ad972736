import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TrainingNames } from '../training-names.ts';
import { deadLetters, queueSecurity } from './dead-letters.ts';

/** As a function of 30 seconds that takes a batch of messages needs it. */
const visibility = Duration.seconds(180);
const receiveCountMax = 5;

/** The queue of messages about managed studies, and where those end up that nobody could deal with. */
export class TrialQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { trialQueue, deadLetterQueue }: TrainingNames) {
    super(scope, id);
    this.deadLetters = deadLetters(this, 'DeadLetters', deadLetterQueue);
    this.queue = new Queue(this, 'Queue', {
      ...queueSecurity,
      queueName: trialQueue,
      visibilityTimeout: visibility,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receiveCountMax },
    });
  }
}
