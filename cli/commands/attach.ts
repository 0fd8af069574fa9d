import { container as containerKind } from '../../schemas/definitions/container.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { CommandError } from '../errors.ts';
import { note, type Io } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import { openProcess } from '../remote/open.ts';
import { talk, type TalkOptions } from '../remote/talk.ts';
import { wantsTerminal, type TerminalFlags } from '../remote/terminal.ts';
import { containerName } from '../resources/container-name.ts';
import { defineCommand } from './command.ts';
import { processFlags } from './exec.ts';

export const attach = defineCommand({
  name: 'attach',
  usage: ['NAME [-i] [-t]'],
  description:
    "Show what a container's own process writes from now on, until it ends. With -i write to it, too: that takes spec.stdin, and for -t spec.tty.",
  examples: ['tsmoby attach web', 'tsmoby attach -it shell'],
  flags: processFlags,
  async run({ flags, args, io, session }) {
    const [typed] = args;
    if (typed === undefined || args.length > 1)
      throw new CommandError('you must name one container: tsmoby attach NAME');
    const name = containerName(typed, 'processes');
    const { client, namespace } = await session();
    const container = await client.get<Container>({ ...refOf(containerKind), namespace, name }, { signal: io.signal });
    const { stdin, tty } = whatThereIs(container, flags, io);
    const query = { container: flags.container, stdin, stdout: true, stderr: container.spec.tty !== true, tty };
    const process = await openProcess({ client, namespace }, name, query, io.signal);
    if (tty && !flags.quiet) note(io, "If you don't see a command prompt, try pressing enter.");
    const code = await talk(process, io, { stdin, tty });
    if (tty && !flags.quiet && container.spec.restartPolicy === 'Always')
      note(io, `Session ended, resume using 'tsmoby attach ${name} -i -t' command when the container is running`);
    return code;
  },
});

/** The container was started with a terminal and an input or without them: that decides, whatever was asked for. */
function whatThereIs({ metadata: { name }, spec }: Container, flags: TerminalFlags, io: Io): TalkOptions {
  const say = (line: string): void => {
    if (!flags.quiet) note(io, line);
  };
  const stdin = flags.stdin && spec.stdin === true;
  if (flags.stdin && !stdin) say(`Unable to write to it - container ${name} has no input: set spec.stdin to true`);
  if (flags.tty && spec.tty !== true) say(`Unable to use a TTY - container ${name} did not allocate one`);
  return {
    stdin,
    tty: spec.tty === true && stdin && wantsTerminal({ ...flags, tty: flags.tty || io.stdin.isTTY === true }, io),
  };
}
