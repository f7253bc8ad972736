import { nodesBelow, valueOfExpression, type Expression } from './expression.ts';
import { parseCondition } from './parse-condition.ts';
import { SyntaxRefusal } from './tokens.ts';

export const constraintLengthMax = 500;
export const constraintCountMax = 32;

/**
 * A parsed constraint: its text, its tree, and the parameters that it names.
 *
 * Constraints are on the parameters: `width * batchSize <= 65536`, `!(depth > 3 && dropout == 0)`.
 *
 *   condition  := conjunction ("||" conjunction)*          sum     := product (("+" | "-") product)*
 *   conjunction:= negation ("&&" negation)*                product := sign (("*" | "/" | "%") sign)*
 *   negation   := "!" negation | comparison                sign    := "-" sign | power
 *   comparison := sum (("<="|"<"|">="|">"|"=="|"!=") sum)? power   := atom ("**" 0…8)?
 *   atom       := number | name | `name` | function "(" condition ("," condition)* ")" | "(" condition ")"
 *
 * Only operations that IEEE 754 defines exactly are offered, so a constraint holds for the same params on every machine.
 */
export interface Constraint {
  text: string;
  expression: Expression;
  names: string[];
}

/** Parses and type-checks one constraint. A refusal is returned as a sentence's end, with the place counted from 1. */
export function parseConstraint(text: string): Constraint | { refusal: string } {
  if (text.length > constraintLengthMax) {
    return { refusal: `must have at most ${constraintLengthMax} characters; it has ${text.length}` };
  }
  try {
    return { text, ...parseCondition(text) };
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
