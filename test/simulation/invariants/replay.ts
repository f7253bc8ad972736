import type { World } from '../world.ts';
import type { StoredTrial } from './stored.ts';

export async function unlikeReplays(_world: World): Promise<StoredTrial[]> {
  return [];
}
