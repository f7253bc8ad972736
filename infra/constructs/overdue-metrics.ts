import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { alarmPeriod } from './alarms.ts';

/**
 * Metrics of what sweeps write down as overdue. A metric of one's own costs by the hour in which something is written to
 * it, so these cost nothing while nothing is wrong.
 */
export function overdueMetrics(
  scope: Construct,
  stage: string,
  logGroup: ILogGroup,
): Record<'trials' | 'gaps', IMetric> {
  const metricOf = (what: string): IMetric =>
    new MetricFilter(scope, `Overdue-${what}`, {
      logGroup,
      metricNamespace: `cavia-${stage}`,
      metricName: `overdue-${what}`,
      filterPattern: FilterPattern.numberValue(`$.message.overdue.${what}`, '>', 0),
      metricValue: `$.message.overdue.${what}`,
    }).metric({ period: alarmPeriod, statistic: 'Maximum' });
  return { trials: metricOf('trials'), gaps: metricOf('gaps') };
}
