const part = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;
const lengthMax = 512;

/** Whether a text names an object: parts of letters, digits, `.`, `_` and `-` with `/` between them. */
export function isObjectKey(key: string): boolean {
  return key.length <= lengthMax && key.split('/').every((one) => part.test(one));
}
