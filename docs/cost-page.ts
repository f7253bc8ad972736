import { readFileSync } from 'node:fs';
import prices from './prices.json' with { type: 'json' };

const { usd, assumed } = prices;

interface Counted {
  operation: string;
  parameters: number;
  'write units max': number;
  'read units max': number;
}

/** What a thousand of an operation cost, in dollars. */
interface Cost {
  gateway: number;
  functions: number;
  table: number;
  logs: number;
}

/** The operations of a worker, as they are called in the counts of write units. */
const operations = {
  ask: 'ask of 1',
  report: 'report',
  tell: 'tell',
} as const;
type Operation = keyof typeof operations;

const reportsPerTrial = 10;
const hoursPerMonth = 730;
const postgresDiskGb = 20;

/** What it costs, worked out from counted operations and a dated list of prices. */
export function costPage(): string {
  const costs = Object.fromEntries(
    (Object.keys(operations) as Operation[]).map((operation) => [operation, thousandOf(operation)]),
  ) as Record<Operation, Cost>;
  const study = sum(costs.ask) + sum(costs.tell) + reportsPerTrial * sum(costs.report);
  const server = usd.t4gSmallHour * hoursPerMonth + usd.gp3GbMonth * postgresDiskGb;
  return `<!-- Made by npm run generate from docs/prices.json and bench/results/write-units.json. -->

# What it costs

**Nothing has been billed yet: Cavia has not run on a real AWS account.** This is worked out from units of DynamoDB that
were counted at the table port ([measurements](benchmarks.md#write-units), 10 parameters, the dearest of 50), list prices
of ${prices.region} as noted on ${prices.noted} without any free allowance, and these assumptions, which nobody has measured on
AWS: a function computes an ask in ${assumed.askMs} ms with ${assumed.askGb} GB and anything else in ${assumed.otherMs} ms with ${assumed.otherGb} GB, every
request logs ${assumed.logBytesPerRequest / 1000} KB, and the authorizer is asked for one request in ${1 / assumed.authorizedShare}.

| dollars per 1,000 | API Gateway | Lambda | DynamoDB | logs | together |
|---|---|---|---|---|---|
${(Object.keys(operations) as Operation[]).map((operation) => row(operation, costs[operation])).join('\n')}

A study of 1,000 trials, each with an ask, ${reportsPerTrial} reports and a tell: **$${dollars(study)}**. What is trained costs what its instances cost,
and that is nearly all of it.

## While nobody calls

Nothing but what is stored: $${usd.dynamoGbMonth} a GB and month in DynamoDB and $${dollars(usd.dynamoRecoveryGbMonth)} for its point-in-time recovery, $${usd.s3GbMonth} in S3,
$${usd.logGbMonth} for logs, which are deleted after a month. A trial is below 1 KB, so a million trials are about
$${dollars(usd.dynamoGbMonth + usd.dynamoRecoveryGbMonth)} a month. There are five alarms; an account has ten for nothing, and each further one is $${dollars(usd.alarmMonth)} a month.
A test fails when the templates have anything that costs while nobody calls.

## Beside others

| | while idle, a month | what is paid besides |
|---|---|---|
| Cavia | $0 and storage | the requests above, and your training |
| a t4g.small that runs always, with a database on ${postgresDiskGb} GB | $${dollars(server)} | nothing; somebody has to run it |
| SageMaker automatic model tuning | $0 | your training, on SageMaker's instances, at their price |

The server costs as much as the requests of about ${thousands((server / study) * 1000)} trials a month. Managed tuning services of other clouds have prices
by the trial; see their price pages.
`;
}

function thousandOf(operation: Operation): Cost {
  const counted = countedUnits(operations[operation]);
  const [ms, gb] = operation === 'ask' ? [assumed.askMs, assumed.askGb] : [assumed.otherMs, assumed.otherGb];
  const compute = (seconds: number, gigabytes: number): number =>
    usd.lambdaRequest + seconds * gigabytes * usd.lambdaGbSecond;
  const authorizer = assumed.authorizedShare * compute(assumed.otherMs / 1000, assumed.otherGb);
  return {
    gateway: 1000 * usd.httpApiRequest,
    functions: 1000 * (compute(ms / 1000, gb) + authorizer),
    table: 1000 * (counted['write units max'] * usd.dynamoWriteUnit + counted['read units max'] * usd.dynamoReadUnit),
    logs: 1000 * (assumed.logBytesPerRequest / 1e9) * usd.logGb,
  };
}

function countedUnits(operation: string): Counted {
  const { table } = JSON.parse(readFileSync('bench/results/write-units.json', 'utf8')) as { table: Counted[] };
  return table.find((counted) => counted.operation === operation && counted.parameters === 10)!;
}

function row(operation: Operation, cost: Cost): string {
  const cells = [cost.gateway, cost.functions, cost.table, cost.logs, sum(cost)].map(dollars);
  return `| ${[operation, ...cells].join(' | ')} |`;
}

function sum({ gateway, functions, table, logs }: Cost): number {
  return gateway + functions + table + logs;
}

function thousands(count: number): string {
  return (Math.round(count / 1000) * 1000).toLocaleString('en-US');
}

function dollars(amount: number): string {
  return amount.toFixed(amount < 0.1 ? 4 : 2);
}
