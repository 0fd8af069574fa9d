import { lstat, mkdir, open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import type { Stats } from 'node:fs';
import { RuntimeError } from '../errors.ts';
import { isErrno, unlessMissing } from './failures.ts';

/**
 * The real path of a host path that the daemon allows. All links are resolved before it is compared, so a link inside an allowed
 * directory opens nothing outside of it; and again after something was made. Between this and the mount somebody who may
 * write there can still put a link in the place of a directory: allow only paths that containers do not share with strangers.
 */
export async function resolveHostPath(path: string, type: string, allowed: readonly string[]): Promise<string> {
  const { wanted, missing } = await find(path, type, allowed);
  if (missing > 0) await make(wanted, type);
  const resolved = await realpath(wanted);
  await checkAllowed(path, resolved, allowed);
  checkType(path, await stat(resolved), type);
  return resolved;
}

/** Where it is, or would be made. Makes nothing; throws as `resolveHostPath` does before it makes something. */
export async function checkHostPath(path: string, type: string, allowed: readonly string[]): Promise<string> {
  const { wanted, missing } = await find(path, type, allowed);
  if (missing === 0) checkType(path, await stat(wanted), type);
  return wanted;
}

interface Found {
  /** All links resolved, with the names of what does not exist yet. */
  readonly wanted: string;
  /** How many those are; where there are some, the type makes them. */
  readonly missing: number;
}

async function find(path: string, type: string, allowed: readonly string[]): Promise<Found> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new RuntimeError('InvalidArgument', `host path ${JSON.stringify(path)} is not an absolute path`);
  }
  const { real, missing } = await resolveExisting(path);
  const wanted = join(real, ...missing);
  await checkAllowed(path, wanted, allowed);
  const isMade = type === 'DirectoryOrCreate' || (type === 'FileOrCreate' && missing.length === 1);
  if (missing.length > 0 && !isMade) throw notFound(path, 'does not exist');
  return { wanted, missing: missing.length };
}

/** The real path of the deepest part that exists, and the names that follow it. */
async function resolveExisting(path: string): Promise<{ real: string; missing: string[] }> {
  const missing: string[] = [];
  for (let at = path.replace(/(?<=.)\/+$/, ''); ; at = dirname(at)) {
    const real = await unlessMissing(realpath(at));
    if (real !== undefined) return { real, missing };
    const name = basename(at);
    if (name === '..' || (await unlessMissing(lstat(at))) !== undefined) {
      throw notFound(path, 'leads through something that does not exist');
    }
    if (name !== '.') missing.unshift(name);
  }
}

async function checkAllowed(path: string, resolved: string, allowed: readonly string[]): Promise<void> {
  for (const entry of allowed) {
    const root = (await unlessMissing(realpath(entry))) ?? normalize(entry);
    if (isWithin(root, resolved)) return;
  }
  const link = resolved === path ? '' : ` (which is ${resolved})`;
  throw new RuntimeError(
    'InvalidArgument',
    `host path ${path}${link} is not allowed; start the daemon with --allow-host-path=${resolved}`,
    { reason: 'HostPathNotAllowed' },
  );
}

/** `/a` holds /a and /a/b, not /ab; `/` holds everything. */
export function isWithin(root: string, path: string): boolean {
  const prefix = root.endsWith('/') ? root : `${root}/`;
  return path === root || path.startsWith(prefix);
}

async function make(wanted: string, type: string): Promise<void> {
  if (type === 'DirectoryOrCreate') {
    await mkdir(wanted, { recursive: true, mode: 0o755 });
    return;
  }
  try {
    await using _file = await open(wanted, 'wx', 0o644);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

const checks: Readonly<Record<string, (stats: Stats) => boolean>> = {
  '': () => true,
  Directory: (stats) => stats.isDirectory(),
  DirectoryOrCreate: (stats) => stats.isDirectory(),
  File: (stats) => stats.isFile(),
  FileOrCreate: (stats) => stats.isFile(),
  Socket: (stats) => stats.isSocket(),
  CharDevice: (stats) => stats.isCharacterDevice(),
  BlockDevice: (stats) => stats.isBlockDevice(),
};

function checkType(path: string, stats: Stats, type: string): void {
  const check = checks[type];
  if (check === undefined) {
    throw new RuntimeError('InvalidArgument', `host path type ${JSON.stringify(type)} is not known`);
  }
  if (check(stats)) return;
  const kind = Object.keys(checks).find((name) => name !== '' && checks[name]?.(stats)) ?? 'something else';
  throw new RuntimeError('FailedPrecondition', `host path ${path} is a ${kind}, not a ${type}`, {
    reason: 'HostPathWrongType',
  });
}

function notFound(path: string, what: string): RuntimeError {
  return new RuntimeError('NotFound', `host path ${path} ${what}`, { reason: 'HostPathNotFound' });
}
