import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Params } from '../../shared/domain/parameter.ts';
import type * as searchSpaces from '../../shared/domain/search-space.ts';
import type * as spaces from '../../shared/domain/space.ts';
import type { Observation } from '../../shared/engine/observations.ts';
import type * as suggestions from '../../shared/engine/suggest-with-model.ts';

/** A study in process: asked and told without a service. */
export interface Study {
  /** @param pending params that are out, by number. */
  ask(number: number, pending?: ReadonlyMap<number, Params>): Params;
  tell(params: Params, value: number): void;
}

/** The engine of a tree: this one, or a copy with a change, so that the product needs no switches for it. */
export interface Engine {
  /** Changes with every change of its files. */
  version: string;
  start(parameters: object, seed: number): Study;
}

const ownTree = join(import.meta.dirname, '..', '..');

/** @param tree the root of a working tree. */
export async function openEngine(tree = ownTree): Promise<Engine> {
  const load = async (path: string): Promise<unknown> => import(pathToFileURL(resolve(tree, path)).href);
  const { SearchSpace } = (await load('shared/domain/search-space.ts')) as typeof searchSpaces;
  const { spaceOf } = (await load('shared/domain/space.ts')) as typeof spaces;
  const { suggestWithModel } = (await load('shared/engine/suggest-with-model.ts')) as typeof suggestions;
  return {
    version: engineVersion(tree),
    start: (parameters, seed) => {
      const space = spaceOf(SearchSpace.parse(parameters), []);
      if ('faults' in space) throw new Error(JSON.stringify(space.faults));
      let observations: Observation[] = [];
      return {
        ask: (number, pending = new Map()) => {
          const suggested = suggestWithModel(
            { space, sampler: { kind: 'gp' }, seed, number, fixed: {}, firstTry: 0 },
            [{ metric: 'loss', direction: 'minimize' }],
            { observations, pending, failed: new Map(), inFlight: [] },
          );
          if (!suggested) throw new Error(`There are no params for trial ${number}.`);
          return suggested.params;
        },
        tell: (params, value) => {
          observations = [...observations, { params, value }];
        },
      };
    },
  };
}

function engineVersion(tree: string): string {
  const files = globSync('shared/{domain,engine,numerics}/**/*.ts', { cwd: tree }).sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(tree, file)));
  return `engine ${hash.digest('hex').slice(0, 12)}`;
}
