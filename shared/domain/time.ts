/** Milliseconds since 1970 as RFC 3339 UTC, `2026-12-01T00:00:00.000Z`: how every time leaves the service. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/** The inverse of `rfc3339`. @param text a date and time with its zone, already checked by a schema. */
export function millisecondsOf(text: string): number {
  return Date.parse(text);
}
