import { afterTheEnd } from './after-the-end.ts';
import type { Study } from './api.ts';
import type { Output } from './output.ts';

/** What to type after looking at a study. @param hasResults whether a trial of it is complete. */
export function sayWhatNext(study: Study, hasResults: boolean, out: Output): void {
  const { name, state } = study;
  if (state === 'paused') return out.next(`cavia study resume ${name}`);
  if (state !== 'finished') return out.next(`cavia study watch ${name}`);
  const { sentence, commands } = afterTheEnd(study);
  if (study.endReason !== 'trials') out.say(sentence);
  out.next(...(hasResults ? [`cavia importance ${name}`] : []), ...commands);
}

/** What to type so that a study that was created, changed or filled goes on. */
export function sayHowToGoOn(study: Study, out: Output): void {
  const { name, state, training } = study;
  if (state === 'paused' || state === 'finished') return sayWhatNext(study, false, out);
  out.next(training ? `cavia study watch ${name}` : `cavia run ${name} -- python train.py {*}`);
}
