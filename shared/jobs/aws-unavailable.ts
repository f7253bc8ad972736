import { JobsUnavailable } from '../service/ports/job-errors.ts';

interface AwsError extends Error {
  $fault?: 'client' | 'server';
  $retryable?: object;
  $metadata?: { httpStatusCode?: number };
  code?: string;
}

/** Throttling and faults of a service or of the way to it are retryable; anything else is a bug, and stays as it is. */
export function unavailableOr(error: unknown, service: string): Error {
  return isTransient(error as AwsError)
    ? new JobsUnavailable(`${service}: ${(error as Error).message}`, { cause: error })
    : (error as Error);
}

function isTransient({ name, code, $fault, $retryable, $metadata }: AwsError): boolean {
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    $fault === 'server' ||
    $retryable !== undefined ||
    status >= 500 ||
    status === 429 ||
    /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|OverLimit/.test(name) ||
    name === 'TimeoutError' ||
    name === 'AbortError' ||
    // Node's own errors of the network.
    (code !== undefined && /^E[A-Z]+$/.test(code))
  );
}
