import { audit } from '../audit.ts';
import { serveTable } from '../service/in-memory-network.ts';
import { unlikeReplays } from '../service/replays.ts';
import { studyName } from './actors/operator.ts';
import { asTable } from './engines/memory-table.ts';
import type { World } from './world.ts';

/** Looks at a study that is at rest through the contract, as any client can: an audit, and I18, every suggestion again. */
export async function inspect({ table, scheduler, verdict, isDeleting }: World): Promise<void> {
  if (isDeleting) return;
  const { client } = serveTable(asTable(table), () => Math.floor(scheduler.nowMs));
  const wrong = [...(await audit(client, studyName)), ...(await unlikeReplays(client, studyName))];
  if (wrong.length > 0) verdict.violated(/^I\d+ [a-z0-9-]+/.exec(wrong[0])?.[0] ?? 'I20 audit', wrong.join('; '));
}
