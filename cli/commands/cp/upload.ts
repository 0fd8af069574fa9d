import { lstat } from 'node:fs/promises';
import { basename, posix, resolve } from 'node:path';
import type { RemoteCommand } from '../../../client/remote/remote-command.ts';
import { CommandError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { copy, talk } from '../../remote/talk.ts';
import { writeTar } from '../../tar/write.ts';

/** Starts a command in the container. */
export type Start = (command: readonly string[], stdin: boolean) => Promise<RemoteCommand>;

/** A file or directory of this machine into a container, by the container's own tar. Resolves with tar's exit code. */
export async function upload(start: Start, io: Io, source: string, target: string, preserve: boolean): Promise<number> {
  const local = resolve(io.cwd, source);
  await lstat(local).catch(() => {
    throw new CommandError(`${source} doesn't exist in local filesystem`);
  });
  const wanted = target.length > 1 ? target.replace(/\/+$/, '') : target;
  const isDirectory = (await silently(await start(['test', '-d', wanted], false), io)) === 0;
  const path = isDirectory ? posix.join(wanted, basename(local)) : wanted;
  const unpack = ['tar', ...(preserve ? [] : ['--no-same-permissions', '--no-same-owner']), '-xmf', '-'];
  const tar = await start([...unpack, '-C', posix.dirname(path)], true);
  return await feed(tar, io, writeTar(local, posix.basename(path)));
}

/** Whatever goes wrong on either side ends both. */
async function feed(tar: RemoteCommand, io: Io, archive: AsyncIterable<Uint8Array>): Promise<number> {
  await using _tar = tar;
  const sending = (async () => {
    for await (const chunk of archive) await tar.write(chunk);
    await tar.closeInput();
  })();
  const ended = (async () => {
    await Promise.all([copy(tar.stdout, io.stderr), copy(tar.stderr, io.stderr)]);
    return (await tar.exited).exitCode;
  })();
  const [exitCode] = await Promise.all([ended, sending]);
  return exitCode;
}

async function silently(command: RemoteCommand, io: Io): Promise<number> {
  const nowhere = Object.assign(Object.create(io.stderr) as Io['stderr'], { write: () => true });
  return await talk(command, { ...io, stdout: nowhere, stderr: nowhere }, { stdin: false, tty: false });
}
