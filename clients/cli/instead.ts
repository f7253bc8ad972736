import { nearest } from '../../shared/api/nearest.ts';

/** The end of a sentence about a name that there is not: `did you mean log?`, or all that there are. */
export function instead(name: string, known: readonly string[], otherwise = 'there are'): string {
  const meant = nearest(name, known);
  return meant === undefined ? `${otherwise} ${known.join(', ')}.` : `did you mean ${meant}?`;
}
