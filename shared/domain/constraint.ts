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
  const parser = new Parser(tokens);
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
  text: string;
  place: number;
}

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
    const place = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) {
      return {
        refusal: `has ${JSON.stringify(String.fromCodePoint(text.codePointAt(place)!))} at character ${place + 1}, which no constraint may contain`,
      };
    }
    const { number, name, symbol } = match.groups!;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, place });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('`', ''), place });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, place });
  }
  tokens.push({ kind: 'end', text: 'the end', place: text.length });
  return tokens;
}

/** Recursive descent over the tokens; holds the position and the depth, and checks the kinds on the way. */
class Parser {
  readonly names = new Set<string>();
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  wholeCondition(): Expression {
    const e = this.#condition();
    if (this.#next.kind !== 'end') throw this.#refusal('an operator or the end');
    this.#require(e, 'truth', 'the constraint');
    if (this.names.size === 0) throw new SyntaxRefusal('must name at least one parameter');
    return e;
  }

  get #next(): Token {
    return this.#tokens[this.#at];
  }

  #refusal(expected: string): SyntaxRefusal {
    const { text, place } = this.#next;
    return new SyntaxRefusal(`must have ${expected} at character ${place + 1}; it has ${text}`);
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

  #require(e: Expression, kind: Kind, what: string): Expression {
    if (kindOf(e) !== kind) {
      const wanted = kind === 'truth' ? 'a comparison such as a <= b' : 'a number';
      throw new SyntaxRefusal(`must have ${wanted} as ${what}; it has ${written(e)}`);
    }
    return e;
  }

  #binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
    const kind: Kind = operator === '||' || operator === '&&' ? 'truth' : 'number';
    this.#require(left, kind, `the left side of ${operator}`);
    this.#require(right, kind, `the right side of ${operator}`);
    return { kind: 'binary', operator, left, right };
  }

  #chain(symbols: BinaryOperator[], operand: () => Expression): Expression {
    let e = operand();
    for (let s = this.#accept(...symbols); s !== undefined; s = this.#accept(...symbols)) {
      e = this.#binary(s as BinaryOperator, e, operand());
    }
    return e;
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
    const operand = this.#nested(() => this.#negation());
    return { kind: 'unary', operator: '!', operand: this.#require(operand, 'truth', 'what ! negates') };
  }

  #comparison(): Expression {
    const symbols: BinaryOperator[] = ['<=', '<', '>=', '>', '==', '!='];
    const left = this.#sum();
    const operator = this.#accept(...symbols);
    if (operator === undefined) return left;
    const e = this.#binary(operator as BinaryOperator, left, this.#sum());
    if (this.#accept(...symbols) !== undefined) {
      throw new SyntaxRefusal('must not chain comparisons: write a < b && b < c for a < b < c');
    }
    return e;
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/', '%'], () => this.#sign()));
  }

  #sign(): Expression {
    if (this.#accept('-') === undefined) return this.#power();
    const operand = this.#nested(() => this.#sign());
    return { kind: 'unary', operator: '-', operand: this.#require(operand, 'number', 'what - negates') };
  }

  #power(): Expression {
    const base = this.#atom();
    if (this.#accept('**') === undefined) return base;
    const exponent = this.#next;
    const value = Number(exponent.text);
    if (exponent.kind !== 'number' || !Number.isInteger(value) || value > exponentMax) {
      throw this.#refusal(`a whole number from 0 to ${exponentMax} as the exponent`);
    }
    this.#at++;
    return this.#binary('**', base, { kind: 'number', value });
  }

  #atom(): Expression {
    const token = this.#next;
    if (this.#accept('(') !== undefined) {
      const e = this.#condition();
      this.#expect(')');
      return e;
    }
    if (token.kind === 'number') {
      this.#at++;
      const value = Number(token.text);
      if (!Number.isFinite(value)) throw new SyntaxRefusal(`must have finite numbers; it has ${token.text}`);
      return { kind: 'number', value };
    }
    if (token.kind !== 'name') throw this.#refusal('a number, a parameter or "("');
    this.#at++;
    if (this.#accept('(') !== undefined) return this.#call(token);
    this.names.add(token.text);
    return { kind: 'name', name: token.text };
  }

  #call(token: Token): Expression {
    const name = token.text as FunctionName;
    if (!Object.hasOwn(functions, name)) {
      const known = Object.keys(functions).join(', ');
      throw new SyntaxRefusal(`must use one of the functions ${known}; it has ${token.text}()`);
    }
    const operands: Expression[] = [];
    do {
      operands.push(this.#require(this.#condition(), 'number', `what ${name}() is given`));
    } while (this.#accept(',') !== undefined);
    this.#expect(')');
    const [fewest, most] = operandCounts[name];
    if (operands.length < fewest || operands.length > most) {
      const wanted = fewest === most ? `${fewest} number` : `${fewest} to ${most} numbers`;
      throw new SyntaxRefusal(`must give ${name}() ${wanted}; it has ${operands.length}`);
    }
    return { kind: 'call', function: name, operands };
  }
}

function kindOf(e: Expression): Kind {
  if (e.kind === 'unary') return e.operator === '!' ? 'truth' : 'number';
  if (e.kind !== 'binary') return 'number';
  return ['+', '-', '*', '/', '%', '**'].includes(e.operator) ? 'number' : 'truth';
}

function written(e: Expression): string {
  switch (e.kind) {
    case 'number':
      return String(e.value);
    case 'name':
      return e.name;
    case 'call':
      return `${e.function}(…)`;
    case 'unary':
      return `${e.operator}${written(e.operand)}`;
    case 'binary':
      return `${written(e.left)} ${e.operator} ${written(e.right)}`;
  }
}
