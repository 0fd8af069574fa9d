import { posix, resolve } from 'node:path';
import { note, type Io } from '../../io.ts';
import { copy } from '../../remote/talk.ts';
import { extractTar } from '../../tar/extract.ts';
import type { Start } from './upload.ts';

/** A file or directory of a container onto this machine, by the container's own tar. Resolves with tar's exit code. */
export async function download(start: Start, io: Io, source: string, target: string): Promise<number> {
  const { directory, name } = placeOf(source);
  await using tar = await start(['tar', 'cf', '-', '-C', directory, name], false);
  const unpacked = extractTar(tar.stdout, {
    root: name,
    target: resolve(io.cwd, target),
    warn: (line) => note(io, line),
  });
  await Promise.all([unpacked, copy(tar.stderr, io.stderr)]);
  return (await tar.exited).exitCode;
}

/** A directory that tar can go to, and a name in it that cannot be taken for an option. */
function placeOf(source: string): { readonly directory: string; readonly name: string } {
  const path = posix.normalize(source).replace(/(?<=.)\/$/, '');
  if (['/', '.'].includes(path) || path.endsWith('..')) return { directory: path, name: '.' };
  return { directory: posix.dirname(path), name: `./${posix.basename(path)}` };
}
