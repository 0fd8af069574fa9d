import { UsageError } from '../errors.ts';
import { print } from '../io.ts';
import { defineCommand } from './command.ts';

/** Each shell hands the words typed so far to `tsmoby __complete`, which prints what may come next, one a line. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# tsmoby completion for bash: source <(tsmoby completion bash)
_tsmoby() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(tsmoby __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tsmoby tsmoby
`,
  zsh: `#compdef tsmoby
# tsmoby completion for zsh: source <(tsmoby completion zsh)
_tsmoby() {
  local -a found
  found=(\${(f)"$(tsmoby __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  (( \${#found} )) && compadd -- $found || _files
}
compdef _tsmoby tsmoby
`,
  fish: `# tsmoby completion for fish: tsmoby completion fish | source
complete -c tsmoby -a '(tsmoby __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

export const completion = defineCommand({
  name: 'completion',
  usage: ['bash', 'zsh', 'fish'],
  description: 'Print a script that teaches the shell what may come next: commands, flags, kinds, names of objects.',
  examples: ['source <(tsmoby completion bash)', 'tsmoby completion fish | source'],
  flags: {},
  async run({ args, io }) {
    const [shell = '', more] = args;
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script === undefined || more !== undefined)
      throw new UsageError(`you must name one shell: ${Object.keys(SCRIPTS).join(', ')}`);
    await print(io.stdout, script);
    return 0;
  },
});
