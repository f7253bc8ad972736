/** Codes of refusals of a trial that has a result, or is somebody else's by now: nothing is lost by them. */
const moot = new Set(['result_conflict', 'trial_finished', 'lease_superseded', 'trial_not_found', 'study_not_found']);

export interface RefusedRequest {
  problem?: { code: string; status: number; detail: string };
}

export function isMoot(error: unknown): boolean {
  const { problem } = error as RefusedRequest;
  return problem !== undefined && moot.has(problem.code);
}
