/** Writes the frozen suggestions anew: see README.md before doing so. */
import { writeFileSync } from 'node:fs';
import { samplerKinds, sequencesOf, type Sequence } from './sequences.ts';
import { situationsNow } from './situations.ts';

const note = 'Frozen: changes only with a line in the CHANGELOG. Written by freeze.ts.';

for (const kind of samplerKinds) write(kind, 'sequences', sequencesOf(kind).map(written));
write(
  'situations',
  'situations',
  situationsNow().map((one) => `    ${JSON.stringify(one)}`),
);

function write(name: string, key: string, parts: string[]): void {
  const text = `{\n  "note": "${note}",\n  "${key}": [\n${parts.join(',\n')}\n  ]\n}\n`;
  writeFileSync(new URL(`${name}.json`, import.meta.url), text);
}

/** One suggestion a line, so that a change is read as such. */
function written({ space, seed, suggestions }: Sequence): string {
  const lines = suggestions.map((suggestion) => `        ${JSON.stringify(suggestion)}`);
  return `    { "space": "${space}", "seed": ${seed}, "suggestions": [\n${lines.join(',\n')}\n    ] }`;
}
