import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { launcher, openTerminal } from '../clients/cli/cli-process.ts';
import { openService } from '../http/open-service.ts';

const run = promisify(execFile);

it('the shell program forecasts better than with its defaults', async () => {
  const service = await openService();
  const terminal = openTerminal({ CAVIA_URL: service.url });
  cpSync('examples/shell', terminal.folder, { recursive: true });
  try {
    const environment = { PATH: process.env['PATH'], HOME: terminal.folder, CAVIA_URL: service.url };
    const { stdout } = await run(join(terminal.folder, 'tune.sh'), ['12', '1'], {
      env: { ...environment, CAVIA: `${process.execPath} ${launcher}` },
    });
    expect(stdout).toMatch(/^best: trial \d+, error=/);
    const { data } = (await service.get('/v1/studies/passengers/trials')).body as {
      data: { params: Record<string, number | string>; values: { error: number } }[];
    };
    expect(data).toHaveLength(12);
    const defaults = { season: 'additive', alpha: 0.3, beta: 0.1, gamma: 0.1, damping: 1 };
    expect(data[0].params).toEqual(defaults);
    const settings = Object.entries(defaults).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
    const byHand = await run('awk', [...settings, '-f', 'holt-winters.awk', 'passengers.txt'], {
      cwd: terminal.folder,
    });
    expect(data[0].values.error).toBe(Number(byHand.stdout.trim().split('\n').at(-1)));
    expect(Math.min(...data.map(({ values }) => values.error))).toBeLessThan(0.6 * data[0].values.error);
  } finally {
    await service.close();
  }
});
