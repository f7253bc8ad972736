/** A number as people read it: six digits are enough. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** @returns undefined for a text that is no finite number. */
export function numberOf(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : undefined;
}
