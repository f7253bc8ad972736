import type { LintRequest, LintResponse } from '../../api/messages.ts';
import { lintSpace as lint } from '../../domain/lint.ts';
import { spaceOf } from '../../domain/space.ts';
import { admitStudy, lookForFeasible } from '../../engine/admit.ts';
import type { Call, Reply } from '../call.ts';
import { refuseFields } from '../fields.ts';
import type { Ports } from '../ports/ports.ts';

/** Below this share, drawing suggestions by rejection takes noticeably longer. */
const smallShare = 0.05;

/** Checks a space without making a study, and remarks on what is allowed and probably not meant. */
export async function lintSpace(_: Ports, { body }: Call<LintRequest>): Promise<Reply<LintResponse>> {
  const space = spaceOf(body.space, body.constraints);
  if ('faults' in space) throw refuseFields('space_invalid', ['constraints'], space.faults);
  const admitted = admitStudy(space, body.sampler);
  if ('faults' in admitted) throw refuseFields('space_invalid', [], admitted.faults);
  const warnings = lint(body.space, body.budget?.trials);
  const { hits, count } = lookForFeasible(space);
  const feasibleShare = hits / count;
  if (feasibleShare < smallShare) {
    warnings.push({
      param: 'constraints',
      detail: `The constraints leave ${feasibleShare * 100} % of the space.`,
      hint: "Narrow the parameters' bounds to the part that you mean; a sampler explores that better.",
    });
  }
  const { configurations } = admitted;
  const isCountable = configurations !== undefined && configurations <= BigInt(Number.MAX_SAFE_INTEGER);
  return {
    status: 200,
    body: { warnings, configurations: isCountable ? Number(configurations) : null, feasibleShare },
  };
}
