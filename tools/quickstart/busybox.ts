import { copyFile, rename } from 'node:fs/promises';
import { findOnPath } from '../setup/requirements.ts';

/** Puts the machine's static busybox where the sample's Dockerfile finds it. Rejects when there is none: set-up brings it. */
export async function placeBusybox(target: string): Promise<void> {
  const path = await findOnPath('busybox', `${process.env['PATH'] ?? ''}:/bin:/usr/bin`);
  if (path === undefined) throw new Error('there is no busybox on this machine: apt-get install busybox-static');
  // In one step: a build that looks at it meanwhile finds a whole file.
  const temporary = `${target}.new`;
  await copyFile(path, temporary);
  await rename(temporary, target);
}
