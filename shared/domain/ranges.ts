/** Sets of numbers as short texts: "0-7,9" is 0 to 7, and 9. */

/** @param numbers not negative, in any order. */
export function rangesOf(numbers: Iterable<number>): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const starts = sorted.filter((number, i) => i === 0 || sorted[i - 1] !== number - 1);
  const ends = sorted.filter((number, i) => sorted[i + 1] !== number + 1);
  return starts.map((start, i) => (start === ends[i] ? `${start}` : `${start}-${ends[i]}`)).join(',');
}

/** The numbers of a text that `rangesOf` has made, rising. */
export function numbersOf(ranges: string): number[] {
  if (ranges === '') return [];
  return ranges.split(',').flatMap((range) => {
    const [start, end = start] = range.split('-').map(Number);
    return Array.from({ length: end - start + 1 }, (_, i) => start + i);
  });
}
