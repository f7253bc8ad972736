import type { PresetPage } from '../../api/messages.ts';
import { presets } from '../../domain/presets.ts';
import type { Reply } from '../call.ts';

/** Ready-made spaces to start from; so few that they are one page. */
export async function listPresets(): Promise<Reply<PresetPage>> {
  return { status: 200, body: { data: presets, nextCursor: null } };
}
