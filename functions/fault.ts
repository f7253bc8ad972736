import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { problemOf } from '../shared/api/problem.ts';

/** Writes down what went wrong; the log format of the functions makes fields of it. */
export function logFault(error: unknown, requestId: string): void {
  const { name, message, stack } = error as Error;
  console.error({ fault: name, message, stack, requestId });
}

/** The last resort for what the router did not catch: API Gateway would answer in its own words. */
export const answerOwnFault: MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> = {
  onError: (request) => {
    const { awsRequestId } = request.context;
    logFault(request.error, awsRequestId);
    const problem = problemOf('internal', 'Something went wrong; the request id finds it in the log.', awsRequestId);
    request.response = {
      statusCode: problem.status,
      headers: { 'content-type': 'application/problem+json', 'x-request-id': awsRequestId },
      body: JSON.stringify(problem),
    };
  },
};
