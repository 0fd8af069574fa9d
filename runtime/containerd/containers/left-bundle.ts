import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';
import { isGrpc } from '../errors.ts';
import type { ContainersContext } from './context.ts';

/** Milliseconds. A younger bundle may belong to a creation that containerd has not given up yet. */
const BUNDLE_AGE = 15_000;
/** Written when a shim runs: then the bundle is containerd's business, not ours. */
const SHIM_FILES = ['address', 'bootstrap.json', 'shim.pid', 'init.pid'];

/**
 * containerd that is killed while it makes a task's bundle directory never looks at it again, and every later creation of this id fails
 * with `mkdir …: file exists` [T, 1.7.24: one of a hundred kills during starts]. Whether `error` was this, and the directory is gone now.
 * Rejects with Internal, reason BundleLeftBehind, while it must not be touched.
 */
export async function removeLeftBundle(context: ContainersContext, id: string, error: unknown): Promise<boolean> {
  const path = bundleOf(context, id, error);
  if (path === undefined) return false;
  const age = context.connection.clock.now() - (await stat(path)).mtimeMs;
  const files = await readdir(path);
  if (age < BUNDLE_AGE || files.some((file) => SHIM_FILES.includes(file))) {
    throw new RuntimeError('Internal', `start instance ${id}: containerd left ${path} behind; it is taken away later`, {
      cause: error,
      reason: 'BundleLeftBehind',
    });
  }
  // Refused by the kernel when something is in it or mounted there: nothing of an image or a volume can be hit by what follows.
  if (files.includes('rootfs')) await rmdir(join(path, 'rootfs'));
  await rm(path, { recursive: true, force: true });
  context.connection.log.warn({ id, path }, 'took away a task directory that a killed containerd had left behind');
  return true;
}

/** The directory that the error names, if it is the one of this very task. */
function bundleOf({ connection }: ContainersContext, id: string, error: unknown): string | undefined {
  if (!isGrpc(error, 'UNKNOWN', 'ALREADY_EXISTS', 'INTERNAL')) return undefined;
  const path = /mkdir (\/.*): file exists/.exec(error.details)?.[1];
  return path?.endsWith(`/io.containerd.runtime.v2.task/${connection.namespace}/${id}`) === true ? path : undefined;
}
