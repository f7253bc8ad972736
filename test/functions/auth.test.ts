import { describe, inject } from 'vitest';
import { authContract } from '../contract/auth.ts';
import { openFunctions } from './open-functions.ts';

const endpoint = inject('dynamoDbEndpoint');

describe.skipIf(endpoint === null)('the functions behind API Gateway', () => {
  authContract(() => openFunctions(endpoint!, 'functionsauth'));
});
