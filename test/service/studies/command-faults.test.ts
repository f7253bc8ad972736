import { describe, expect, it } from 'vitest';
import { commandFaults } from '../../../shared/service/studies/command-faults.ts';
import { refuseFields } from '../../../shared/service/fields.ts';

const names = ['learningRate', 'layers'];

describe('a command that names parameters', () => {
  it('is right when the space has them', () => {
    expect(commandFaults(['train', '{learningRate}', '--n={layers}', '{{other}}'], names)).toEqual([]);
  });

  it('is refused in one sentence that says which name was probably meant', () => {
    const faults = commandFaults(['train', '--lr', '{lerningRate}'], names);
    expect(refuseFields('param_unknown', ['training', 'command'], faults).message).toBe(
      'training.command[2] names the parameter lerningRate, which the space does not have: ' +
        'the nearest parameter is learningRate (write {{lerningRate}} for the text {lerningRate}); got "{lerningRate}".',
    );
  });

  it('is told all of its unknown names', () => {
    expect(commandFaults(['{a}', '{layers}', '{b}{a}'], names).map(({ path }) => path)).toEqual([[0], [2]]);
  });
});
