/** Network namespaces of a bench: what firewalls, bridges and ports do in one reaches neither the machine nor another program. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';

/** A network with nothing but its loopback. Disposing it takes away all that was made in it. */
export interface NetworkNamespace extends AsyncDisposable {
  /** File that nsenter takes. */
  readonly path: string;
}

/** `folder`: gets a file with this name. */
export async function openNetworkNamespace(folder: string, name: string): Promise<NetworkNamespace> {
  const path = join(folder, `${name}.netns`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, '');
  await using opening = new AsyncDisposableStack();
  opening.defer(() => rm(path, { force: true }));
  await run('unshare', [`--net=${path}`, 'true']);
  opening.defer(async () => void (await run('umount', ['--lazy', path])));
  await run(...inside(path, 'ip', ['link', 'set', 'lo', 'up']));
  const opened = opening.move();
  return { path, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Not looked up, so that nobody counts it. */
const NSENTER = '/usr/bin/nsenter';

/** The words that start a program in a namespace; nsenter becomes the program, so its pid is the program's. Unchanged without one. */
export function inside(
  namespace: string | undefined,
  program: string,
  args: readonly string[] = [],
): readonly [string, readonly string[]] {
  return namespace === undefined ? [program, args] : [NSENTER, [`--net=${namespace}`, program, ...args]];
}
