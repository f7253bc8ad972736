import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { violations, type SourceFile } from './rules.ts';

const ownRules = 'test/tidy/';

function treeFiles(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
    encoding: 'utf8',
  });
  const paths = listed.split('\n').filter((path) => path !== '' && !path.startsWith(ownRules));
  return paths.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

describe('the house', () => {
  it('is tidy', () => {
    expect(violations(treeFiles())).toEqual([]);
  });
});

describe('the rules', () => {
  const planted: [string, SourceFile, string][] = [
    [
      'an import upwards',
      { path: 'shared/domain/x.ts', text: "import { ask } from '../service/trials/ask.ts';\n" },
      'may not import shared/service/trials/ask.ts',
    ],
    [
      'an import past a door',
      { path: 'shared/service/x.ts', text: "import { f } from '../engine/draw.ts';\n" },
      'may not import shared/engine/draw.ts',
    ],
    [
      'a type import upwards',
      { path: 'shared/engine/x.ts', text: "import type { A } from '../api/messages.ts';\n" },
      'may not import shared/api/messages.ts',
    ],
    [
      'a package on the wrong floor',
      { path: 'shared/engine/x.ts', text: "import * as z from 'zod';\n" },
      'may not import zod',
    ],
    [
      'Node in the pure core',
      { path: 'shared/numerics/x.ts', text: "import { readFileSync } from 'node:fs';\n" },
      'may not import node:fs',
    ],
    [
      'the AWS SDK outside its adapters',
      { path: 'shared/store/x.ts', text: "import { A } from '@aws-sdk/client-dynamodb';\n" },
      'may not import @aws-sdk',
    ],
    [
      'an SDK in the wrong adapter',
      { path: 'shared/jobs/sqs-queue.ts', text: "import { A } from '@aws-sdk/client-s3';\n" },
      'may not import @aws-sdk/client-s3',
    ],
    [
      'an adapter that reaches into a use case',
      { path: 'shared/jobs/x.ts', text: "import { ask } from '../service/trials/ask.ts';\n" },
      'may not import shared/service/trials/ask.ts',
    ],
    [
      'SQLite outside its file',
      { path: 'shared/store/x.ts', text: "import { DatabaseSync } from 'node:sqlite';\n" },
      'may not import node:sqlite',
    ],
    [
      'an import over several lines',
      { path: 'shared/domain/x.ts', text: "import {\n  a,\n  b,\n} from '../http/router.ts';\n" },
      'may not import shared/http/router.ts',
    ],
    [
      'a dynamic import',
      { path: 'shared/domain/x.ts', text: "const a = await import('../http/router.ts');\n" },
      'may not import shared/http/router.ts',
    ],
    ['chance', { path: 'shared/engine/x.ts', text: 'const a = Math.random();\n' }, 'Math\\.random'],
    ['the clock', { path: 'shared/service/x.ts', text: 'const a = new Date();\n' }, 'new Date'],
    ['the environment', { path: 'shared/service/x.ts', text: 'const a = process.env.HOME;\n' }, 'process\\.env'],
    ['code from text', { path: 'shared/domain/x.ts', text: "const a = eval('1');\n" }, 'eval'],
    ['a note to self', { path: 'shared/domain/x.ts', text: '// TODO later\n' }, 'TODO'],
    ['a room that is not in the plan', { path: 'shared/misc/x.ts', text: '' }, 'not in the plan'],
    ['a name that says nothing', { path: 'shared/domain/utils.ts', text: '' }, 'says nothing'],
    ['a name in another case', { path: 'shared/domain/searchSpace.ts', text: '' }, 'kebab-case'],
    ['a barrel', { path: 'shared/domain/x.ts', text: "export { a } from './y.ts';\n" }, 'barrels'],
    ['a test that is left out', { path: 'test/domain/x.test.ts', text: "it.skip('a', () => {});\n" }, 'left out'],
    [
      'a test that leaves out the others',
      { path: 'test/domain/x.test.ts', text: "it.only('a', () => {});\n" },
      'left out',
    ],
  ];

  it.each(planted)('catch %s', (_, file, expected) => {
    expect(violations([file]).join('\n')).toContain(expected);
  });

  it('catch a cycle', () => {
    const files = [
      { path: 'shared/domain/a.ts', text: "import { b } from './b.ts';\n" },
      { path: 'shared/domain/b.ts', text: "import { c } from './c.ts';\n" },
      { path: 'shared/domain/c.ts', text: "import { a } from './a.ts';\n" },
    ];
    expect(violations(files)).toEqual([
      'shared/domain/a.ts → shared/domain/b.ts → shared/domain/c.ts → shared/domain/a.ts: a cycle',
    ]);
  });

  it('leave proper files alone', () => {
    const file = {
      path: 'shared/service/x.ts',
      text: "import { suggest } from '../engine/suggest.ts';\nimport { b } from './y.ts';\n",
    };
    expect(violations([file])).toEqual([]);
  });
});
