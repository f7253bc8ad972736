/** What a constraint says, as a tree. It is walked, and nothing of it is ever run as code. */
export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'name'; name: string }
  | { kind: 'unary'; operator: '-' | '!'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'call'; function: FunctionName; operands: Expression[] };

export type BinaryOperator = '||' | '&&' | '<=' | '<' | '>=' | '>' | '==' | '!=' | '+' | '-' | '*' | '/' | '%' | '**';
export type FunctionName = keyof typeof functions;
/** What an expression comes to. */
export type Kind = 'number' | 'truth';

/** Those that IEEE 754 defines exactly: they come to the same on every machine. */
const functions = {
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  sqrt: Math.sqrt,
};

export function isFunctionName(text: string): text is FunctionName {
  return Object.hasOwn(functions, text);
}

export const functionNames = Object.keys(functions);

export function kindOf(e: Expression): Kind {
  if (e.kind === 'unary') return e.operator === '!' ? 'truth' : 'number';
  if (e.kind !== 'binary') return 'number';
  return ['+', '-', '*', '/', '%', '**'].includes(e.operator) ? 'number' : 'truth';
}

/** How many numbers, names, operators and functions there are. */
export function nodesBelow(e: Expression): number {
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

/** @param valueOf of each name that occurs. */
export function valueOfExpression(e: Expression, valueOf: (name: string) => number | undefined): number | boolean {
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
