import type { TrainingMessage } from '../../domain/training-message.ts';
import type { Call, Reply } from '../call.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { OutgoingMessage } from '../ports/queue.ts';

/** Has the sweep of a managed study called from here on. */
export async function watch(ports: Ports, study: StudyRecord): Promise<void> {
  await ports.training?.schedule.start({ tenant: study.tenant, study: study.id });
}

/** Has a managed study looked at now: something has changed. When it fails, the next sweep does the same. */
export async function nudge(ports: Ports, study: StudyRecord): Promise<void> {
  if (!study.spec.training || !ports.training) return;
  const message = messageOf({ kind: 'sweep', tenant: study.tenant, study: study.id });
  try {
    await ports.training.queue.send([message]);
  } catch (error) {
    if ((error as Error).name !== 'JobsUnavailable') throw error;
  }
}

/** A use case that may give a managed study work to do. */
export function nudging<Body, T>(
  useCase: (ports: Ports, call: Call<Body>) => Promise<Reply<T>>,
): (ports: Ports, call: Call<Body>) => Promise<Reply<T>> {
  return async (ports, call) => {
    const study = await ports.studies.find(call.caller.tenant, call.path.study);
    if (!study?.spec.training) return useCase(ports, call);
    await watch(ports, study);
    const reply = await useCase(ports, call);
    await nudge(ports, study);
    return reply;
  };
}

export function messageOf(message: TrainingMessage, delaySeconds = 0): OutgoingMessage {
  return { body: JSON.stringify(message), delaySeconds };
}
