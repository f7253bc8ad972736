export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Each shell asks `cavia complete` with the words so far, the last one unfinished, and shows the lines that it says. */
const scripts: Record<Shell, string> = {
  bash: `_cavia() {
  local IFS=$'\\n'
  COMPREPLY=($(cavia complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _cavia cavia`,
  zsh: `#compdef cavia
_cavia() {
  local -a found
  found=("\${(@f)$(cavia complete -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  [[ -n $found[1] ]] && compadd -a found || _files
}
compdef _cavia cavia`,
  fish: `complete -c cavia -f -a '(cavia complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

export function completionScript(shell: Shell): string {
  return scripts[shell];
}
