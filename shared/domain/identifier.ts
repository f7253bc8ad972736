const identifierPattern = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** Whether a text is an id (a lower-case ULID); a study's name never is, since it cannot start with a digit. */
export function isIdentifier(text: string): boolean {
  return identifierPattern.test(text);
}
