import { closest, distance } from 'fastest-levenshtein';

/** The known name that was probably meant; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const found = known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? closest(name, known);
  const limit = Math.max(1, Math.ceil(found.length / 3));
  return distance(name.toLowerCase(), found.toLowerCase()) <= limit ? found : undefined;
}

/** The end of a sentence about a name that there is not: `did you mean log?`, or all that there are. */
export function instead(name: string, known: readonly string[], otherwise = 'there are'): string {
  const meant = nearest(name, known);
  return meant === undefined ? `${otherwise} ${known.join(', ')}.` : `did you mean ${meant}?`;
}
