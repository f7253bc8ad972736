import { SearchSpace } from '../../shared/domain/search-space.ts';
import { spaceOf, type Space } from '../../shared/domain/space.ts';

/** A space made ready out of what a person would send; throws when it is refused. */
export function spaceFrom(parameters: object, constraints: readonly string[] = []): Space {
  const space = spaceOf(SearchSpace.parse(parameters), constraints);
  if ('faults' in space) throw new Error(JSON.stringify(space.faults));
  return space;
}
