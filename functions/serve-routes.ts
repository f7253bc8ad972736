import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import packageJson from '../package.json' with { type: 'json' };
import { createRouter } from '../shared/http/router.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import { callerOf } from './caller-of.ts';
import { answerOwnFault, logFault } from './fault.ts';
import { resultOf } from './result-of.ts';
import { webRequest } from './web-request.ts';

const { version } = packageJson;

type ServeRoutes = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

/** Every route of the contract behind an HTTP API of API Gateway. */
export function serveRoutes(ports: Ports): ServeRoutes {
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(answerOwnFault)
    .handler(async (event) => {
      const router = createRouter({ ports, version, identify: async () => callerOf(event), onFault: logFault });
      const request = webRequest(event);
      return resultOf(request, await router(request));
    });
}
