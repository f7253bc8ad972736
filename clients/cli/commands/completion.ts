import { command } from '../command.ts';
import { completionScript, shells, type Shell } from '../completion-script.ts';
import { misused } from '../refusal.ts';

export const completion = command({
  name: 'completion',
  summary: 'Write the script that completes commands, options and studies in a shell.',
  operands: [{ name: 'SHELL', about: shells.join(', ') }],
  options: {},
  examples: [
    'cavia completion bash > ~/.local/share/bash-completion/completions/cavia',
    'cavia completion zsh > ~/.zfunc/_cavia',
    'cavia completion fish > ~/.config/fish/completions/cavia.fish',
  ],
  run: async ({ operands: [shell], out }) => {
    if (!shells.includes(shell as Shell)) throw misused(`SHELL must be one of ${shells.join(', ')}; got "${shell}".`);
    out.print(completionScript(shell as Shell));
  },
});
