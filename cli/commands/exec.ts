import { connectionFlags } from '../connect/flags.ts';
import { CommandError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { note } from '../io.ts';
import { openProcess } from '../remote/open.ts';
import { talk } from '../remote/talk.ts';
import { wantsTerminal } from '../remote/terminal.ts';
import { containerName } from '../resources/container-name.ts';
import { defineCommand } from './command.ts';

/** Of every command that talks to a process. */
export const processFlags = {
  ...connectionFlags,
  container: { type: 'text', short: 'c', value: 'NAME', help: "The container's name once more; for kubectl's sake." },
  stdin: { type: 'boolean', short: 'i', help: 'Pass on what is typed or piped in.' },
  tty: { type: 'boolean', short: 't', help: 'Give it a terminal: this one. Needs -i.' },
  quiet: { type: 'boolean', short: 'q', help: 'Only the output of the process itself.' },
} as const satisfies Flags;

export const exec = defineCommand({
  name: 'exec',
  usage: ['NAME [-i] [-t] -- COMMAND [ARGUMENT…]'],
  description:
    'Run a command in a running container, with its environment and user. The exit code is that of the command. It is killed when this end goes away.',
  examples: [
    'tsmoby exec web -- date',
    'tsmoby exec -it web -- sh',
    'tsmoby exec -i db -- psql shop < dump.sql',
    "tsmoby exec web -- sh -c 'ls /site | wc -l'",
  ],
  flags: processFlags,
  async run({ flags, args, rest, io, session }) {
    const names = args.slice(0, args.length - rest.length);
    const [typed] = names;
    if (typed === undefined) throw new CommandError('you must name a container: tsmoby exec NAME -- COMMAND');
    if (names.length > 1)
      throw new CommandError('exec NAME COMMAND is not supported. Use exec NAME -- COMMAND instead');
    if (rest.length === 0) throw new CommandError('you must specify at least one command for the container');
    const { stdin, container } = flags;
    const tty = wantsTerminal(flags, io);
    const query = { command: rest, container, stdin, stdout: true, stderr: !tty, tty };
    const process = await openProcess(await session(), containerName(typed, 'processes'), query, io.signal);
    const code = await talk(process, io, { stdin, tty });
    if (code !== 0) note(io, `command terminated with exit code ${String(code)}`);
    return code;
  },
});
