/**
 * Constraints on the parameters: `width * batchSize <= 65536`, `!(depth > 3 && dropout == 0)`.
 *
 *   condition  := conjunction ("||" conjunction)*          sum     := product (("+" | "-") product)*
 *   conjunction:= negation ("&&" negation)*                product := sign (("*" | "/" | "%") sign)*
 *   negation   := "!" negation | comparison                sign    := "-" sign | power
 *   comparison := sum (("<="|"<"|">="|">"|"=="|"!=") sum)? power   := atom ("**" 0…8)?
 *   atom       := number | name | `name` | function "(" condition ("," condition)* ")" | "(" condition ")"
 *
 * The text is parsed to a tree and the tree is walked: nothing of it is ever run as code. Only operations that IEEE 754
 * defines exactly are offered, so a constraint holds for the same params on every machine.
 */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'unary'; operator: '-' | '!'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'call'; function: FunctionName; operands: Expression[] };

type BinaryOperator = '||' | '&&' | '<=' | '<' | '>=' | '>' | '==' | '!=' | '+' | '-' | '*' | '/' | '%' | '**';
type FunctionName = keyof typeof functions;
type Kind = 'number' | 'truth';

/** A parsed constraint: its text, its tree, and the parameters that it names. */
export interface Constraint {
  text: string;
  expression: Expression;
  names: string[];
}

export const constraintLengthMax = 500;
export const constraintCountMax = 32;
const depthMax = 32;
/** What is quoted in a refusal is cut short at this length. */
const quotedLengthMax = 60;
const exponentMax = 8;

const functions = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  sqrt: Math.sqrt,
};
const operandCounts: Record<FunctionName, readonly [number, number]> = {
  min: [2, 16],
  max: [2, 16],
  abs: [1, 1],
  floor: [1, 1],
  ceil: [1, 1],
  sqrt: [1, 1],
};

/** Parses and type-checks one constraint. A refusal is returned as a sentence's end, with the place counted from 1. */
export function parseConstraint(text: string): Constraint | { refusal: string } {
  const tokens = tokenize(text);
  if ('refusal' in tokens) return tokens;
  const parser = new Parser(text, tokens);
  try {
    const expression = parser.wholeCondition();
    return { text, expression, names: [...parser.names] };
  } catch (error) {
    if (error instanceof SyntaxRefusal) return { refusal: error.message };
    throw error;
  }
}

/**
 * Whether the constraint holds. One that names an inactive parameter holds: there is nothing that it could limit.
 * @param valueOf the value of an active numeric parameter, undefined when it is inactive.
 */
export function holds(constraint: Constraint, valueOf: (name: string) => number | undefined): boolean {
  if (constraint.names.some((name) => valueOf(name) === undefined)) return true;
  return valueOfExpression(constraint.expression, valueOf) === true;
}

/** How many numbers, names, operators and functions there are: what one look at the constraint costs. */
export function nodeCount(constraint: Constraint): number {
  return nodesBelow(constraint.expression);
}

function nodesBelow(e: Expression): number {
  switch (e.kind) {
    case 'number':
    case 'name':
      return 1;
    case 'unary':
      return 1 + nodesBelow(e.operand);
    case 'binary':
      return 1 + nodesBelow(e.left) + nodesBelow(e.right);
    case 'call':
      return e.operands.reduce((sum, operand) => sum + nodesBelow(operand), 1);
  }
}

function valueOfExpression(e: Expression, valueOf: (name: string) => number | undefined): number | boolean {
  switch (e.kind) {
    case 'number':
      return e.value;
    case 'name':
      return valueOf(e.name)!;
    case 'unary': {
      const operand = valueOfExpression(e.operand, valueOf);
      return e.operator === '-' ? -(operand as number) : !operand;
    }
    case 'binary':
      return valueOfBinary(e, valueOf);
    case 'call': {
      const apply: (...operands: number[]) => number = functions[e.function];
      return apply(...e.operands.map((operand) => valueOfExpression(operand, valueOf) as number));
    }
  }
}

function valueOfBinary(
  e: Extract<Expression, { kind: 'binary' }>,
  valueOf: (name: string) => number | undefined,
): number | boolean {
  const left = valueOfExpression(e.left, valueOf);
  if (e.operator === '||') return left === true || valueOfExpression(e.right, valueOf) === true;
  if (e.operator === '&&') return left === true && valueOfExpression(e.right, valueOf) === true;
  const a = left as number;
  const b = valueOfExpression(e.right, valueOf) as number;
  switch (e.operator) {
    case '<=':
      return a <= b;
    case '<':
      return a < b;
    case '>=':
      return a >= b;
    case '>':
      return a > b;
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '**':
      return integerPower(a, b);
  }
}

/** Repeated multiplication, which rounds the same everywhere; `Math.pow` need not. */
function integerPower(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}

interface Token {
  kind: 'number' | 'name' | 'symbol' | 'end';
  /** As it is meant: a name without its backticks. */
  text: string;
  /** Where it starts and ends in the constraint, from 0. */
  start: number;
  end: number;
}

/** What may be missing, for a sentence. */
const wanted: Record<Kind, string> = { truth: 'a comparison such as a <= b', number: 'a number' };
/** What people write out of other languages, and what it is called here. */
const foreignSymbols: Record<string, string> = { '=': '==', '&': '&&', '|': '||' };

class SyntaxRefusal extends Error {}

// Sticky and without nested repetition: linear in the length of the text, whatever the text.
const tokenPattern =
  /[ \t\r\n]+|(?<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_][A-Za-z0-9_.]*|`[A-Za-z_][A-Za-z0-9_.-]*`)|(?<symbol>\|\||&&|<=|>=|==|!=|\*\*|[<>+\-*/%(),!])/y;

function tokenize(text: string): Token[] | { refusal: string } {
  if (text.length > constraintLengthMax) {
    return { refusal: `must have at most ${constraintLengthMax} characters; it has ${text.length}` };
  }
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const start = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) return { refusal: refusalOfCharacter(text, start) };
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

function placeOf(start: number): string {
  return `at character ${start + 1}`;
}

/** A part of the constraint and where it stands. */
interface Part {
  e: Expression;
  start: number;
  end: number;
}

/** Recursive descent over the tokens; holds the position and the depth, and checks the kinds on the way. */
class Parser {
  readonly names = new Set<string>();
  readonly #text: string;
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string, tokens: Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  wholeCondition(): Expression {
    const whole = this.#part(() => this.#condition());
    if (this.#next.kind !== 'end') throw this.#refusal('an operator or the end');
    if (kindOf(whole.e) !== 'truth') throw new SyntaxRefusal(`must be ${wanted.truth}`);
    if (this.names.size === 0) throw new SyntaxRefusal('must name at least one parameter');
    return whole.e;
  }

  get #next(): Token {
    return this.#tokens[this.#at];
  }

  /** @param expected what should stand where the next token is. */
  #refusal(expected: string): SyntaxRefusal {
    const { kind, start, end } = this.#next;
    const found = kind === 'end' ? 'the end' : this.#quoted(start, end);
    return new SyntaxRefusal(`must have ${expected} ${placeOf(start)}; it has ${found}`);
  }

  #quoted(start: number, end: number): string {
    const text = this.#text.slice(start, end);
    return JSON.stringify(text.length > quotedLengthMax ? `${text.slice(0, quotedLengthMax - 1)}…` : text);
  }

  #accept(...symbols: string[]): string | undefined {
    const { kind, text } = this.#next;
    if (kind !== 'symbol' || !symbols.includes(text)) return undefined;
    this.#at++;
    return text;
  }

  #expect(symbol: string): void {
    if (this.#accept(symbol) === undefined) throw this.#refusal(JSON.stringify(symbol));
  }

  #part(parse: () => Expression): Part {
    const { start } = this.#next;
    const e = parse();
    return this.#partFrom(start, e);
  }

  /** @param e what has just been parsed. */
  #partFrom(start: number, e: Expression): Part {
    return { e, start, end: this.#tokens[this.#at - 1].end };
  }

  #require({ e, start, end }: Part, kind: Kind, what: string): Expression {
    if (kindOf(e) !== kind) {
      throw new SyntaxRefusal(
        `must have ${wanted[kind]} as ${what} ${placeOf(start)}; it has ${this.#quoted(start, end)}`,
      );
    }
    return e;
  }

  #binary(operator: BinaryOperator, left: Part, right: Part): Expression {
    const kind: Kind = operator === '||' || operator === '&&' ? 'truth' : 'number';
    return {
      kind: 'binary',
      operator,
      left: this.#require(left, kind, `the left side of ${operator}`),
      right: this.#require(right, kind, `the right side of ${operator}`),
    };
  }

  #chain(symbols: BinaryOperator[], operand: () => Expression): Expression {
    let left = this.#part(operand);
    for (let s = this.#accept(...symbols); s !== undefined; s = this.#accept(...symbols)) {
      const e = this.#binary(s as BinaryOperator, left, this.#part(operand));
      left = this.#partFrom(left.start, e);
    }
    return left.e;
  }

  #nested<T>(inner: () => T): T {
    if (++this.#depth > depthMax) throw new SyntaxRefusal(`must nest at most ${depthMax} deep`);
    const result = inner();
    this.#depth--;
    return result;
  }

  #condition(): Expression {
    return this.#nested(() => this.#chain(['||'], () => this.#chain(['&&'], () => this.#negation())));
  }

  #negation(): Expression {
    if (this.#accept('!') === undefined) return this.#comparison();
    const operand = this.#part(() => this.#nested(() => this.#negation()));
    return { kind: 'unary', operator: '!', operand: this.#require(operand, 'truth', 'what ! negates') };
  }

  #comparison(): Expression {
    const symbols: BinaryOperator[] = ['<=', '<', '>=', '>', '==', '!='];
    const left = this.#part(() => this.#sum());
    const operator = this.#accept(...symbols);
    if (operator === undefined) return left.e;
    const right = this.#part(() => this.#sum());
    const e = this.#binary(operator as BinaryOperator, left, right);
    const { start } = this.#next;
    if (this.#accept(...symbols) !== undefined) {
      throw new SyntaxRefusal(`must not chain comparisons ${placeOf(start)}: write a < b && b < c for a < b < c`);
    }
    return e;
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#sign()));
  }

  #sign(): Expression {
    if (this.#accept('-') === undefined) return this.#power();
    const operand = this.#part(() => this.#nested(() => this.#sign()));
    return { kind: 'unary', operator: '-', operand: this.#require(operand, 'number', 'what - negates') };
  }

  #power(): Expression {
    const base = this.#part(() => this.#atom());
    if (this.#accept('**') === undefined) return base.e;
    const exponent = this.#next;
    const value = Number(exponent.text);
    if (exponent.kind !== 'number' || !Number.isInteger(value) || value > exponentMax) {
      throw this.#refusal(`a whole number from 0 to ${exponentMax} as the exponent`);
    }
    return this.#binary(
      '**',
      base,
      this.#part(() => this.#number()),
    );
  }

  #atom(): Expression {
    const token = this.#next;
    if (this.#accept('(') !== undefined) {
      const e = this.#condition();
      this.#expect(')');
      return e;
    }
    if (token.kind === 'number') return this.#number();
    if (token.kind !== 'name') throw this.#refusal('a number, a parameter or "("');
    this.#at++;
    if (this.#accept('(') !== undefined) return this.#call(token);
    this.names.add(token.text);
    return { kind: 'name', name: token.text };
  }

  #number(): Expression {
    const value = Number(this.#next.text);
    if (!Number.isFinite(value)) throw this.#refusal('a finite number');
    this.#at++;
    return { kind: 'number', value };
  }

  #call({ text, start, end }: Token): Expression {
    const name = text as FunctionName;
    if (!Object.hasOwn(functions, name)) {
      const known = Object.keys(functions).join(', ');
      throw new SyntaxRefusal(
        `must have one of the functions ${known} ${placeOf(start)}; it has ${this.#quoted(start, end)}`,
      );
    }
    const operands: Expression[] = [];
    do {
      const operand = this.#part(() => this.#condition());
      operands.push(this.#require(operand, 'number', `what ${name}() is given`));
    } while (this.#accept(',') !== undefined);
    this.#expect(')');
    const [fewest, most] = operandCounts[name];
    if (operands.length < fewest || operands.length > most) {
      const wanted = fewest === most ? `${fewest} number` : `${fewest} to ${most} numbers`;
      throw new SyntaxRefusal(`must give ${name}() ${wanted} ${placeOf(start)}; it has ${operands.length}`);
    }
    return { kind: 'call', function: name, operands };
  }
}

function kindOf(e: Expression): Kind {
  if (e.kind === 'unary') return e.operator === '!' ? 'truth' : 'number';
  if (e.kind !== 'binary') return 'number';
  return ['+', '-', '*', '/', '%', '**'].includes(e.operator) ? 'number' : 'truth';
}
