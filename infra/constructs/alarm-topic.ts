import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** Tells somebody by e-mail. The address has to confirm it first. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, address: string) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.topic.addSubscription(new EmailSubscription(address));
    acknowledge(
      this.topic,
      'AwsSolutions-SNS2',
      'Alarms cannot publish to a topic that the key of AWS encrypts, and a key of our own costs.',
    );
  }
}
