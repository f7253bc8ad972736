import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import packageJson from '../package.json' with { type: 'json' };
import { createRouter } from '../shared/http/router.ts';
import { callerOf } from './caller-of.ts';
import { answerOwnFault, logFault } from './fault.ts';
import { resultOf } from './result-of.ts';
import { webRequest } from './web-request.ts';
import { wirePorts } from './wire.ts';

/**
 * Every route of the contract behind an HTTP API of API Gateway. It is deployed twice, and the routes are shared out
 * by what they need: those that use the model go to the copy with a whole processor, so that they hold up nobody else.
 */

const ports = wirePorts();
const { version } = packageJson;

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(answerOwnFault)
  .handler(async (event) => {
    const router = createRouter({ ports, version, identify: async () => callerOf(event), onFault: logFault });
    const request = webRequest(event);
    return resultOf(request, await router(request));
  });
