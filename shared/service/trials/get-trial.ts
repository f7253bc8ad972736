import type { TrialDetail } from '../../api/messages.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy, findTrial, trialNumberOf } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import { trialView } from '../views.ts';

const intermediateMax = 1000;
const supersededMax = 100;

/** One trial with the values that it reported, and with results that came too late. */
export async function getTrial(ports: Ports, call: Call): Promise<Reply<TrialDetail>> {
  const study = await findStudy(ports, call);
  const trial = await findTrial(ports, study, trialNumberOf(study, call));
  const [intermediate, superseded] = await Promise.all([
    ports.trials.reports(study, trial.number, intermediateMax),
    ports.trials.superseded(study, trial.number, supersededMax),
  ]);
  return { status: 200, body: { ...trialView(study, trial), intermediate, superseded } };
}
