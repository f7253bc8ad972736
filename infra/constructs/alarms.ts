import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface Watched {
  id: string;
  metric: IMetric;
  /** As many within five minutes are too many. */
  tooMany: number;
  /** What it means, and what to do: it is read at night. */
  description: string;
}

export const alarmPeriod = Duration.minutes(5);

/** Alarms for what nobody would notice otherwise. An account has ten of them for nothing. */
export class Alarms extends Construct {
  /** @param topic is told when one goes off, and when it is over. */
  constructor(scope: Construct, id: string, watched: readonly Watched[], topic: ITopic | undefined) {
    super(scope, id);
    for (const { id: name, metric, tooMany, description } of watched) {
      const alarm = new Alarm(this, name, {
        metric,
        threshold: tooMany,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Nothing was sent: nothing went wrong.
        treatMissingData: TreatMissingData.NOT_BREACHING,
        alarmDescription: description,
      });
      if (topic === undefined) continue;
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
  }
}
