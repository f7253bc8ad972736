import type { Objects } from '../shared/service/ports/objects.ts';

/** For a function that has neither the right to the bucket nor the code to reach it: S3's is a fifth of a bundle. */
export function noObjects(): Objects {
  return {
    put: refuse,
    get: refuse,
    head: refuse,
    removeFolder: refuse,
    prepare: refuse,
    uri: refuse,
    close: async () => undefined,
  };
}

function refuse(): never {
  throw new Error('This function has no objects.');
}
