import { Dashboard as CloudWatchDashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface DashboardProps {
  name: string;
  api: HttpApi;
  functions: readonly IFunction[];
}

/** What the deployment does, on one page. An account has three pages for nothing; a further one costs. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, api, functions }: DashboardProps) {
    super(scope, id);
    const each = (metricOf: (one: IFunction) => IMetric): IMetric[] => functions.map(metricOf);
    new CloudWatchDashboard(this, 'Page', {
      dashboardName: name,
      widgets: [
        [
          graph('Requests', [api.metricCount({ statistic: 'Sum' })]),
          graph('Refusals and faults', [api.metricClientError(), api.metricServerError()]),
          graph('Milliseconds, p99', [api.metricLatency({ statistic: 'p99' })]),
        ],
        [
          graph(
            'Invocations',
            each((one) => one.metricInvocations()),
          ),
          graph(
            'Errors',
            each((one) => one.metricErrors()),
          ),
          graph(
            'Milliseconds of functions, p99',
            each((one) => one.metricDuration({ statistic: 'p99' })),
          ),
        ],
      ],
    });
  }
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: 8 });
}
