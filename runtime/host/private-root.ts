/**
 * Mounts a file system where nobody else sees it, and hands out an open directory of it.
 *
 * A short-lived `unshare -m` process does the mount in a mount namespace of its own and waits. We open the mounted directory
 * through /proc/PID/root (whose last part is a plain directory that we made: no link of the image is followed), then let the
 * process end. The kernel keeps the mount for as long as our descriptor is open, so that a crash of ours, of the
 * process, or of both leaves no mount behind.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants, type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { RootMount } from '../ports/host.ts';
import { killGroup, startFailure } from './run-program.ts';

export interface PrivateRootOptions {
  readonly mounts: readonly RootMount[];
  /** An empty directory of ours to mount on; made when missing. */
  readonly mountPoint: string;
  /** Program and leading arguments: `unshare`, after whatever prefix this host needs (one that execs, as nsenter -n does). */
  readonly unshare: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** Constant; all that varies travels as arguments: target, then type, options and source of each mount. */
const script =
  'target=$1; shift; while [ $# -gt 0 ]; do mount -t "$1" -o "$2" -- "$3" "$target" || exit; shift 3; done; echo mounted; read -r _';

/** Opens the root directory of these mounts, read-only. Closing the handle unmounts. */
export async function openPrivateRoot(options: PrivateRootOptions): Promise<FileHandle> {
  const { mounts, mountPoint, signal } = options;
  if (mounts.length === 0) throw new RuntimeError('InvalidArgument', 'a root file system needs at least one mount');
  await mkdir(mountPoint, { recursive: true, mode: 0o700 });
  const { cwd, arguments: words } = mountArguments(mounts);
  const [program, ...leading] = options.unshare;
  const args = [...leading, '-m', '--propagation', 'private', '--', 'sh', '-c', script, 'sh', mountPoint, ...words];
  // mount(2) instead of fsconfig(2), which allows only 256 bytes of lower directories.
  const env = { ...options.env, LIBMOUNT_FORCE_MOUNT2: 'always' };
  const child = spawn(program, args, { cwd, env, detached: true, stdio: 'pipe' });
  const kill = (): void => killGroup(child);
  const timer = setTimeout(kill, options.deadline);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    if (signal?.aborted === true) kill();
    await untilMounted(child, program, signal);
    return await open(`/proc/${child.pid}/root${mountPoint}`, constants.O_RDONLY | constants.O_DIRECTORY);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
    child.stdin.end();
  }
}

function untilMounted(child: ChildProcess, program: string, signal: AbortSignal | undefined): Promise<void> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4096);
  });
  child.stdin?.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('error', (cause) => reject(startFailure({ program }, cause)));
    child.once('close', (code) => {
      if (signal?.aborted === true) {
        reject(new RuntimeError('Cancelled', 'mounting was stopped', { cause: signal.reason }));
      } else if (code === null) {
        reject(new RuntimeError('DeadlineExceeded', 'the root file system was not mounted in time'));
      } else {
        reject(new RuntimeError('Internal', `the root file system could not be mounted: ${stderr.trim() || code}`));
      }
    });
  });
}

/** Words for the script. Long lists of lower directories are made relative to their parent: mount(2) takes one page of options. */
function mountArguments(mounts: readonly RootMount[]): { cwd: string; arguments: readonly string[] } {
  const layers = mounts.flatMap(({ options }) => options.flatMap(lowerDirectories));
  const parent = commonParent(layers);
  const words = mounts.flatMap(({ type, source, options }) => {
    const shortened = options.map((option) => shortenLowerDirectories(option, parent));
    const readOnly = [...shortened.filter((option) => option !== 'rw' && option !== 'ro'), 'ro'];
    return [type === 'bind' ? 'none' : type, readOnly.join(','), source];
  });
  return { cwd: parent, arguments: words };
}

const lowerPrefix = 'lowerdir=';

function lowerDirectories(option: string): readonly string[] {
  return option.startsWith(lowerPrefix) ? option.slice(lowerPrefix.length).split(':') : [];
}

function shortenLowerDirectories(option: string, parent: string): string {
  if (parent === '/' || !option.startsWith(lowerPrefix)) return option;
  const relative = lowerDirectories(option).map((path) => path.slice(parent.length + 1));
  return `${lowerPrefix}${relative.join(':')}`;
}

/** The deepest directory that all absolute paths are below; `/` when there is none (or an escaped colon makes it unclear). */
function commonParent(paths: readonly string[]): string {
  const [first, ...others] = paths;
  if (first === undefined || paths.some((path) => !path.startsWith('/') || path.includes('\\'))) return '/';
  let parent = dirname(first);
  while (parent !== '/' && !others.every((path) => path.startsWith(`${parent}/`))) parent = dirname(parent);
  return parent;
}
