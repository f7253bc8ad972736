import { closest, distance } from 'fastest-levenshtein';

/** The known name that was probably meant; undefined when none is near. The service and its clients guess alike. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const found = closestName(name, known);
  if (found === undefined) return undefined;
  const limit = Math.max(1, Math.ceil(found.length / 3));
  return distance(name.toLowerCase(), found.toLowerCase()) <= limit ? found : undefined;
}

/** The known name that is the least far, however far that is; undefined when there is none. */
export function closestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  return known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? closest(name, known);
}
