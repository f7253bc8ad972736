import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authContract } from '../contract/auth.ts';
import { openService } from './open-service.ts';

authContract(async () => {
  const service = await openService({ auth: true });
  return {
    ...service,
    isBareRefusedBefore: false,
    stored: async () =>
      readdirSync(service.data)
        .map((name) => readFileSync(join(service.data, name), 'latin1'))
        .join(''),
  };
});
