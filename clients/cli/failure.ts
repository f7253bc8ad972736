import type { ProblemError, StrangeAnswerError, UnreachableError } from '../../shared/api/client.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { Refusal } from './refusal.ts';

/** What a person sees of an error: one sentence, lines below it, and the exit code. */
export interface Failure {
  sentence: string;
  lines: readonly string[];
  exitCode: ExitCode;
}

/** Known by their names, so that the client need not be loaded for them. */
type ClientError = ProblemError | UnreachableError | StrangeAnswerError;

export function failureOf(error: unknown, environment: NodeJS.ProcessEnv): Failure {
  if (error instanceof Refusal) return { sentence: error.message, lines: error.lines, exitCode: error.exitCode };
  const known = error as ClientError;
  switch (known.name) {
    case 'ProblemError':
      return problemFailure(known, environment);
    case 'UnreachableError':
      return {
        sentence: `${known.origin} cannot be reached (${known.reason}): start it with cavia serve, or say where it is with --url or CAVIA_URL.`,
        lines: [],
        exitCode: exitCodes.unreachable,
      };
    case 'StrangeAnswerError':
      return {
        sentence: `${known.message}: that is no Cavia; check --url or CAVIA_URL.`,
        lines: [],
        exitCode: exitCodes.unreachable,
      };
    default:
      return { sentence: (error as Error).message ?? String(error), lines: [], exitCode: exitCodes.refused };
  }
}

function problemFailure({ problem }: ProblemError, environment: NodeJS.ProcessEnv): Failure {
  const { code, status, detail, errors, requestId } = problem;
  const sentence = `${detail}${hintFor(problem, environment)}`;
  const listed = (errors ?? []).map((one) => `  ${one.param}: ${one.detail}`);
  const lines = status >= 500 ? [...listed, `  request ${requestId}`] : listed;
  if (code === 'unauthenticated' || code === 'forbidden') return { sentence, lines, exitCode: exitCodes.forbidden };
  const isDown = status >= 500 || code === 'rate_limited';
  return { sentence, lines, exitCode: isDown ? exitCodes.unreachable : exitCodes.refused };
}

/** A trial that was lost before it had params cannot be tried again. */
function canRetry(trial: ProblemError['problem']['trial']): boolean {
  if (trial === undefined || Object.keys(trial.params).length === 0) return false;
  return trial.state === 'failed' || trial.state === 'cancelled';
}

const aboutRequests = /\b(GET|POST|PATCH|DELETE) /;

/** The service's hints may be about requests; these are about commands. */
function hintFor({ code, hint, trial }: ProblemError['problem'], environment: NodeJS.ProcessEnv): string {
  switch (code) {
    case 'unauthenticated':
      return environment['CAVIA_KEY'] ? ' Check CAVIA_KEY.' : ' Set CAVIA_KEY to an API key.';
    case 'study_not_found':
      return ' cavia study list shows those that there are.';
    case 'study_closed':
      return ' cavia study show says why it ended, and what can be done.';
    case 'study_exists':
      return ' Choose another name, or cavia study delete the old one; to go on with it, leave out what differs:';
    case 'trial_finished':
      return canRetry(trial) ? ' cavia trial retry opens it again.' : '';
    default:
      return hint === undefined || aboutRequests.test(hint) ? '' : ` ${hint}`;
  }
}
