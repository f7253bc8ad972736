/** Writes the frozen suggestions anew: see README.md before doing so. */
import { writeFileSync } from 'node:fs';
import { samplerKinds, sequencesOf, type Sequence } from './sequences.ts';

for (const kind of samplerKinds) writeFileSync(new URL(`${kind}.json`, import.meta.url), written(sequencesOf(kind)));

/** One suggestion a line, so that a change is read as such. */
function written(sequences: Sequence[]): string {
  const parts = sequences.map(({ space, seed, suggestions }) => {
    const lines = suggestions.map((suggestion) => `        ${JSON.stringify(suggestion)}`);
    return `    { "space": "${space}", "seed": ${seed}, "suggestions": [\n${lines.join(',\n')}\n    ] }`;
  });
  const note = 'Frozen: changes only with a line in the CHANGELOG. Written by freeze.ts.';
  return `{\n  "note": "${note}",\n  "sequences": [\n${parts.join(',\n')}\n  ]\n}\n`;
}
