import { connectionFlags } from '../connect/flags.ts';
import { CommandError } from '../errors.ts';
import { note } from '../io.ts';
import { openProcess } from '../remote/open.ts';
import { defineCommand } from './command.ts';
import { parseFileSpec } from './cp/file-spec.ts';
import { upload, type Start } from './cp/upload.ts';
import { download } from './cp/download.ts';

export const cp = defineCommand({
  name: 'cp',
  usage: ['FILE NAME:PATH', 'NAME:PATH FILE'],
  description:
    'Copy files and directories into and out of a running container. It needs a tar program in the container. Out of it, symbolic links are left behind.',
  examples: [
    'tsmoby cp site web:/site',
    'tsmoby cp web:/var/log/access.log .',
    '# anything else, links included',
    'tsmoby exec web -- tar cf - /data | tar xf -',
  ],
  flags: {
    ...connectionFlags,
    container: { type: 'text', short: 'c', value: 'NAME', help: "The container's name once more; for kubectl's sake." },
    'no-preserve': { type: 'boolean', help: 'Into a container: without owners and permissions.' },
  },
  async run({ flags, args, io, session }) {
    const [from, to] = args;
    if (from === undefined || to === undefined || args.length > 2)
      throw new CommandError('source and destination are required: tsmoby cp FILE NAME:PATH');
    const [source, target] = [parseFileSpec(from), parseFileSpec(to)];
    const container = source.container ?? target.container;
    if (container === undefined || (source.container && target.container))
      throw new CommandError('one of src or dest must be a local file specification, and the other NAME:PATH');
    const { client, namespace } = await session();
    const place = { client, namespace: container.namespace ?? namespace };
    const start: Start = (command, stdin) => {
      const query = { command, container: flags.container, stdin, stdout: true, stderr: true };
      return openProcess(place, container.name, query, io.signal);
    };
    const code = source.container
      ? await download(start, io, source.path, target.path)
      : await upload(start, io, source.path, target.path, !flags['no-preserve']);
    if (code !== 0) note(io, `error: command terminated with exit code ${String(code)}`);
    return code;
  },
});
