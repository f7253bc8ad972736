import type { NewStudy } from '../api.ts';
import { command } from '../command.ts';
import { newStudy, studyOptions } from '../new-study.ts';
import { misused } from '../refusal.ts';
import { sayHowToGoOn } from '../say-what-next.ts';
import { progressText, stateText } from '../study-text.ts';

export const studyCreate = command({
  name: 'study create',
  summary: 'Create a study, or open the one with the same name and spec.',
  operands: [
    { name: 'NAME', about: 'what to call it', count: 'optional' },
    { name: 'RANGE', about: "a parameter: 'lr=log(1e-5, 1e-1)'", count: 'many' },
  ],
  options: studyOptions,
  notes: [
    'Ranges: uniform(low, high)  log(low, high)  reverseLog(low, high)  int(low, high)  int(low, high, log)',
    '        ordinal(16, 32, 64)  [relu, tanh]  bool; after the bounds step=N and default=V;',
    '        after the range when optimizer=sgd.',
    'A study in a file may have training: then the service runs its trials by itself.',
  ],
  examples: [
    "cavia study create digits 'lr=log(1e-5, 1e-1)' 'layers=int(1, 4)' --minimize loss --trials 40",
    'cavia study create digits --space space.yaml --maximize accuracy',
    'cavia study create --file study.yaml',
  ],
  run: async ({ operands, options, cavia, out }) => {
    // A name has no "=": without one, the file may say it.
    const [name, ranges] = operands[0]?.includes('=') ? [undefined, operands] : [operands[0], operands.slice(1)];
    const body = await newStudy(name, ranges, options);
    if (body.name === undefined) throw withoutName(ranges);
    if (body.space === undefined)
      throw misused("The study needs a space: ranges such as 'lr=log(1e-5, 1e-1)', or --space FILE.");
    if (body.objectives === undefined)
      throw misused('The study needs an objective: --minimize loss, or --maximize accuracy.');
    const client = await cavia.client();
    const study = await client.createStudy({ body: body as NewStudy });
    if (out.isJson) out.printJson(study);
    // The service opens a study that is there as it creates one that is not.
    out.say(`${study.name} is ${stateText(study)}: ${progressText(study)}.`);
    sayHowToGoOn(study, out);
  },
});

function withoutName([range]: readonly string[]): Error {
  if (range === undefined) return misused('The study needs a NAME, or --file with a name in it.');
  return misused(`The study needs a NAME before its ranges: cavia study create NAME '${range}' …`);
}
