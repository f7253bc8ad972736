/** A number, a name or a symbol of a constraint. */
export interface Token {
  kind: 'number' | 'name' | 'symbol' | 'end';
  /** As it is meant: a name without its backticks. */
  text: string;
  /** Where it starts and ends in the constraint, from 0. */
  start: number;
  end: number;
}

/** Why a text is no constraint: a sentence's end, with the place counted from 1. */
export class SyntaxRefusal extends Error {}

/** What people write out of other languages, and what it is called here. */
const foreignSymbols: Record<string, string> = { '=': '==', '&': '&&', '|': '||' };

// Sticky and without nested repetition: linear in the length of the text, whatever the text.
const tokenPattern =
  /[ \t\r\n]+|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_][A-Za-z0-9_.]*|`[A-Za-z_][A-Za-z0-9_.-]*`)|(?<symbol>\|\||&&|<=|>=|==|!=|\*\*|[<>+\-*/%(),!])/y;

/** @throws SyntaxRefusal for a character that no constraint may contain. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const start = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) throw new SyntaxRefusal(refusalOfCharacter(text, start));
    const { number, name, symbol } = match.groups!;
    const end = tokenPattern.lastIndex;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, start, end });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('`', ''), start, end });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, start, end });
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function refusalOfCharacter(text: string, start: number): string {
  const character = JSON.stringify(String.fromCodePoint(text.codePointAt(start)!));
  if (character === '"\\""' || character === `"'"`) {
    return `must be about numbers, but has a text ${placeOf(start)}: that a parameter depends on a choice is said by its "when"`;
  }
  const meant = foreignSymbols[text[start]];
  return meant === undefined
    ? `has ${character} ${placeOf(start)}, which no constraint may contain`
    : `must have ${JSON.stringify(meant)} ${placeOf(start)}; it has ${character}`;
}

export function placeOf(start: number): string {
  return `at character ${start + 1}`;
}
