import { chmod, chown, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import { isErrno, unlessMissing } from './failures.ts';
import { isWithin } from './host-path.ts';

/**
 * The real path of `subPath` below `root`, walked part by part: a link may lead to another place of the same volume, never out of
 * it. What is missing becomes a directory with owner and mode of the root.
 */
export async function resolveSubPath(root: string, subPath: string): Promise<string> {
  const parts = subPath.split('/').filter((part) => part !== '' && part !== '.');
  if (subPath.startsWith('/') || subPath.includes('\0') || parts.includes('..')) {
    throw outside(subPath, 'give a relative path without ".."');
  }
  const top = await realpath(root);
  let at = top;
  for (const part of parts) at = await step(top, at, part, subPath);
  return at;
}

async function step(top: string, at: string, part: string, subPath: string): Promise<string> {
  const next = join(at, part);
  const found = await unlessMissing(lstat(next));
  if (found === undefined) return await makeLike(top, next);
  if (!found.isSymbolicLink()) return next;
  const target = await unlessMissing(realpath(next));
  if (target === undefined) throw outside(subPath, `${part} is a link that leads nowhere`);
  if (!isWithin(top, target)) throw outside(subPath, `${part} is a link that leads out of the volume`);
  return target;
}

async function makeLike(top: string, path: string): Promise<string> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    // Somebody was faster, perhaps with a link: look again.
    const found = await lstat(path);
    if (!found.isDirectory()) throw outside(path, 'it changes while it is looked at');
    return path;
  }
  const { mode, uid, gid } = await stat(top);
  await chown(path, uid, gid);
  await chmod(path, mode & 0o7777);
  return path;
}

function outside(subPath: string, why: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `subPath ${JSON.stringify(subPath)}: ${why}`, {
    reason: 'SubPathInvalid',
  });
}
