import { expect } from 'vitest';
import { Problem, statusOf } from '../../shared/api/problem.ts';

/** What holds for every refusal, whatever was wrong. */
export function expectProblem({
  status,
  headers,
  text,
}: {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}): Problem {
  expect(headers['content-type']).toBe('application/problem+json');
  const problem = Problem.parse(JSON.parse(text));
  expect(problem.status).toBe(status);
  expect(statusOf[problem.code]).toBe(status);
  expect(problem.type).toBe(`urn:cavia:problem:${problem.code}`);
  expect(problem.requestId).toBe(headers['x-request-id']);
  expect(problem.detail).toMatch(/^[^\p{Cc}]+\.$/u);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  return problem;
}
