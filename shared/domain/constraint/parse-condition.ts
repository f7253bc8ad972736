import {
  functionNames,
  isFunctionName,
  kindOf,
  type BinaryOperator,
  type Expression,
  type FunctionName,
  type Kind,
} from './expression.ts';
import { placeOf, SyntaxRefusal, tokenize, type Token } from './tokens.ts';

const depthMax = 32;
/** What is quoted in a refusal is cut short at this length. */
const quotedLengthMax = 60;
const exponentMax = 8;

/** How many each is given, at least and at most. */
const operandCounts: Record<FunctionName, readonly [number, number]> = {
  min: [2, 16],
  max: [2, 16],
  abs: [1, 1],
  floor: [1, 1],
  ceil: [1, 1],
  sqrt: [1, 1],
};
/** What may be missing, for a sentence. */
const wanted: Record<Kind, string> = { truth: 'a comparison such as a <= b', number: 'a number' };

interface Part {
  e: Expression;
  start: number;
  end: number;
}

/**
 * Parses a condition, whose grammar is in `constraint.ts`, and checks its kinds.
 * @throws SyntaxRefusal when it is none.
 */
export function parseCondition(text: string): { expression: Expression; names: string[] } {
  const parser = new Parser(text, tokenize(text));
  const expression = parser.wholeCondition();
  return { expression, names: [...parser.names] };
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
    if (!isFunctionName(text)) {
      throw new SyntaxRefusal(
        `must have one of the functions ${functionNames.join(', ')} ${placeOf(start)}; it has ${this.#quoted(start, end)}`,
      );
    }
    const operands: Expression[] = [];
    do {
      const operand = this.#part(() => this.#condition());
      operands.push(this.#require(operand, 'number', `what ${text}() is given`));
    } while (this.#accept(',') !== undefined);
    this.#expect(')');
    const [fewest, most] = operandCounts[text];
    if (operands.length < fewest || operands.length > most) {
      const wanted = fewest === most ? `${fewest} number` : `${fewest} to ${most} numbers`;
      throw new SyntaxRefusal(`must give ${text}() ${wanted} ${placeOf(start)}; it has ${operands.length}`);
    }
    return { kind: 'call', function: text, operands };
  }
}
