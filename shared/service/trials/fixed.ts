import type { Params } from '../../domain/parameter.ts';
import { checkParams } from '../../domain/params.ts';
import type { Space } from '../../domain/space.ts';
import { admitFixed } from '../../engine/admit.ts';
import { ServiceError } from '../errors.ts';
import { refuseParams } from '../fields.ts';

/** The values that every suggestion of a request shall have, made canonical; refuses those that none can have. */
export function checkFixed(space: Space, fixed: Params): Params {
  if (Object.keys(fixed).length === 0) return fixed;
  const checked = checkParams(space, fixed, 'open');
  if ('faults' in checked) throw refuseParams(space, ['fixed'], checked.faults);
  if (admitFixed(space, checked.params)) return checked.params;
  throw new ServiceError(
    'value_invalid',
    'fixed must leave something to suggest; no params have these values and satisfy the conditions and constraints.',
    { param: 'fixed' },
  );
}
