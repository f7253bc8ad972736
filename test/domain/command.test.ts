import { describe, expect, it } from 'vitest';
import { filledCommand, placeholdersOf } from '../../shared/domain/command.ts';

const params = { lr: 1e-7, layers: 3, optimizer: 'adam w', bias: false, 'a.b-c': 0.1 };

describe('a command of a training', () => {
  it.each<[string, string[], string[]]>([
    ['an argument of its own', ['--lr', '{lr}'], ['--lr', '1e-7']],
    ['inside an argument', ['--lr={lr}', 'net-{layers}x{layers}.pt'], ['--lr=1e-7', 'net-3x3.pt']],
    ['a text, which stays one argument', ['{optimizer}'], ['adam w']],
    ['a truth value', ['--bias={bias}'], ['--bias=false']],
    ['a name with every kind of character', ['{a.b-c}'], ['0.1']],
    ['an inactive parameter, as nothing', ['--momentum={momentum}'], ['--momentum=']],
    ['the name of every object', ['{toString}{constructor}'], ['']],
  ])('has its placeholders filled: %s', (_, command, filled) => {
    expect(filledCommand(command, params)).toEqual(filled);
  });

  it.each([['{}'], ['{ lr }'], ['{1}'], ['{"lr":{"a":1}}'], ['{HOME:-x}'], ['{lr'], ['lr}'], ['{lr,layers}']])(
    'has nothing to fill in %s',
    (token) => {
      expect(placeholdersOf([token])).toEqual([]);
      expect(filledCommand([token], params)).toEqual([token]);
    },
  );

  it('keeps a name in doubled braces as a text in braces', () => {
    expect(placeholdersOf(['{{lr}}'])).toEqual([]);
    expect(filledCommand(['print(f"{{lr}}={lr}")'], params)).toEqual(['print(f"{lr}=1e-7")']);
  });

  it('fills what it puts in no second time', () => {
    expect(filledCommand(['{a}{b}'], { a: '{b}', b: '{{a}}' })).toEqual(['{b}{{a}}']);
  });

  it('names each placeholder once, in their order', () => {
    expect(placeholdersOf(['train', '{b}', '{a}{b}', '--c={c}'])).toEqual(['b', 'a', 'c']);
  });
});
