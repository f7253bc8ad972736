import middy from '@middy/core';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { authenticate } from '../shared/service/keys/authenticate.ts';
import { ServiceError } from '../shared/service/errors.ts';
import { contextOf, type AuthorizerContext } from './caller-of.ts';
import { wirePorts } from './wire.ts';

/**
 * Finds out whose API key a request has. It lets every request through and tells the functions what it found: they
 * refuse a bad key with 401 and a problem document, where API Gateway would answer 403 and nothing else. When the
 * store cannot answer it throws, because an answer would be cached.
 */

const ports = wirePorts();

type Result = APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext>;

export const handler = middy<APIGatewayRequestAuthorizerEventV2, Result>().handler(async ({ headers }) => ({
  isAuthorized: true,
  context: await contextFor(headers?.authorization),
}));

async function contextFor(authorization: string | undefined): Promise<AuthorizerContext> {
  try {
    return contextOf(await authenticate(ports, authorization));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { refusal: error.message, hint: error.details.hint ?? '' };
  }
}
