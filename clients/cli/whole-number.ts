import { misused } from './refusal.ts';

/** A whole number from the command line. @param name what it is called there. */
export function wholeNumber(name: string, text: string, low = 0): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < low)
    throw misused(`${name} must be a whole number from ${low} on; got "${text}".`);
  return value;
}
