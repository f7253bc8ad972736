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

/** What happens to a managed trial, as it is called in the counts: what the job calls, and what functions do by themselves. */
const managedOperations = {
  start: 'request',
  report: 'request',
  tell: 'request',
  dispatch: 'dispatch',
  end: 'end',
} as const;
type ManagedOperation = keyof typeof managedOperations;

interface CountedManaged {
  operation: string;
  'write units mean': number;
  'read units mean': number;
  'SQS calls mean': number;
  'S3 calls mean': number;
}

const reportsPerTrial = 10;
const trainingHours = 24;
const secondsPerMonth = 730 * 3600;
const hoursPerMonth = 730;
const postgresDiskGb = 20;

/** What it costs, worked out from counted operations and a dated list of prices. */
export function costPage(): string {
  const costs = Object.fromEntries(
    (Object.keys(operations) as Operation[]).map((operation) => [operation, thousandOf(operation)]),
  ) as Record<Operation, Cost>;
  const study = sum(costs.ask) + sum(costs.tell) + reportsPerTrial * sum(costs.report);
  const server = usd.t4gSmallHour * hoursPerMonth + usd.gp3GbMonth * postgresDiskGb;
  const managed = (Object.keys(managedOperations) as ManagedOperation[]).map((operation) => {
    const times = operation === 'report' ? reportsPerTrial : 1;
    return { label: times === 1 ? operation : `${times} reports`, cost: managedThousandOf(operation, times) };
  });
  const managedStudy = managed.reduce((total, { cost }) => total + managedSum(cost), 0);
  const sweeps = trainingHours * 60 * sweepCost();
  const polling = ((assumed.pollers * secondsPerMonth) / assumed.pollSeconds) * usd.sqsRequest;
  return `<!-- Made by npm run generate from docs/prices.json, bench/results/write-units.json and bench/results/managed-trial.json. -->

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

## Managed trials

Counted for each event in the life of a managed trial ([measurements](benchmarks.md#managed-trial)), and assumed: the message
that starts its job takes ${assumed.dispatchMs} ms, the end of its job, which chooses the next trial, ${assumed.endMs} ms, a sweep ${assumed.sweepMs} ms, all with ${assumed.askGb} GB.
Batch costs nothing besides the instances.

| dollars per 1,000 managed trials | API Gateway | Lambda | DynamoDB | queue, objects | logs | together |
|---|---|---|---|---|---|---|
${managed.map(({ label, cost }) => managedRow(label, cost)).join('\n')}
| **together** | | | | | | **${dollars(managedStudy)}** |

Of these are ${wholeNumber(countedLambdaMs())} ms of Lambda a trial, and ${countedWriteUnits().toFixed(1)} write units. While a study is open it is swept once a minute: $${dollars(sweeps)} for
${trainingHours} hours with eight places.

## While nobody calls

Nothing but what is stored: $${usd.dynamoGbMonth} a GB and month in DynamoDB and $${dollars(usd.dynamoRecoveryGbMonth)} for its point-in-time recovery, $${usd.s3GbMonth} in S3,
$${usd.logGbMonth} for logs, which are deleted after a month. A trial is below 1 KB, so a million trials are about
$${dollars(usd.dynamoGbMonth + usd.dynamoRecoveryGbMonth)} a month. Results and checkpoints stay in S3 until their study is deleted. There are five alarms, and ten with training; an account has ten for nothing, and each further one is $${dollars(usd.alarmMonth)} a month.

With training there is one thing more: Lambda looks into the trial queue with ${assumed.pollers} long polls at a time, whether there is something or not.
That is $${dollars(polling)} a month beyond what an account has for nothing, which is a million requests and more than these.
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
  const authorizer = assumed.authorizedShare * compute(assumed.otherMs, assumed.otherGb);
  return {
    gateway: 1000 * usd.httpApiRequest,
    functions: 1000 * (compute(ms, gb) + authorizer),
    table: 1000 * (counted['write units max'] * usd.dynamoWriteUnit + counted['read units max'] * usd.dynamoReadUnit),
    logs: 1000 * (assumed.logBytesPerRequest / 1e9) * usd.logGb,
  };
}

interface ManagedCost extends Cost {
  besides: number;
}

/** What the event costs for a thousand trials. @param times how often it happens to a trial. */
function managedThousandOf(operation: ManagedOperation, times: number): ManagedCost {
  const counted = managedUnits(operation);
  const isRequest = managedOperations[operation] === 'request';
  const perThousand = 1000 * times;
  const messages = counted['SQS calls mean'] * usd.sqsRequest;
  // Each message is received and deleted too; a result is written by the job and read here.
  const received = operation === 'dispatch' ? 2 * usd.sqsRequest : 0;
  const objects = operation === 'end' ? usd.s3Put + usd.s3Get : 0;
  const authorizer = isRequest ? assumed.authorizedShare * compute(assumed.otherMs, assumed.otherGb) : 0;
  return {
    gateway: isRequest ? perThousand * usd.httpApiRequest : 0,
    functions: perThousand * (compute(...durationOf(operation)) + authorizer),
    table: perThousand * unitsCost(counted),
    besides: perThousand * (messages + received + objects),
    logs: perThousand * (assumed.logBytesPerRequest / 1e9) * usd.logGb,
  };
}

/** Milliseconds and gigabytes. */
function durationOf(operation: ManagedOperation): [number, number] {
  if (operation === 'dispatch') return [assumed.dispatchMs, assumed.askGb];
  if (operation === 'end') return [assumed.endMs, assumed.askGb];
  return [assumed.otherMs, assumed.otherGb];
}

function sweepCost(): number {
  const units = unitsCost(managedUnits('sweep'));
  return usd.schedulerInvocation + compute(assumed.sweepMs, assumed.askGb) + units;
}

function countedLambdaMs(): number {
  return (2 + reportsPerTrial) * assumed.otherMs + assumed.dispatchMs + assumed.endMs;
}

function countedWriteUnits(): number {
  const operations = Object.keys(managedOperations) as ManagedOperation[];
  return operations.reduce(
    (total, operation) =>
      total + (operation === 'report' ? reportsPerTrial : 1) * managedUnits(operation)['write units mean'],
    0,
  );
}

function unitsCost(counted: CountedManaged): number {
  return counted['write units mean'] * usd.dynamoWriteUnit + counted['read units mean'] * usd.dynamoReadUnit;
}

function compute(ms: number, gigabytes: number): number {
  return usd.lambdaRequest + (ms / 1000) * gigabytes * usd.lambdaGbSecond;
}

function managedUnits(operation: ManagedOperation | 'sweep'): CountedManaged {
  const { table } = JSON.parse(readFileSync('bench/results/managed-trial.json', 'utf8')) as { table: CountedManaged[] };
  return table.find((counted) => counted.operation === operation)!;
}

function managedRow(label: string, cost: ManagedCost): string {
  const { gateway, functions, table, besides, logs } = cost;
  const cells = [gateway, functions, table, besides, logs, managedSum(cost)].map(dollars);
  return `| ${[label, ...cells].join(' | ')} |`;
}

function managedSum({ besides, ...cost }: ManagedCost): number {
  return sum(cost) + besides;
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

function wholeNumber(count: number): string {
  return count.toLocaleString('en-US');
}

function dollars(amount: number): string {
  return amount.toFixed(amount < 0.1 ? 4 : 2);
}
