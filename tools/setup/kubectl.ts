/**
 * Unpacks Debian's kubectl into the checkout. It is not installed: its package collides with the `kubectl` package that
 * some machines have from elsewhere.
 */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { output } from './run.ts';

/** Makes `<directory>/usr/bin/kubectl`; answers one line for the report. */
export async function unpackKubectl(directory: string): Promise<string> {
  await mkdir(dirname(directory), { recursive: true });
  const scratch = await mkdtemp(`${directory}-`);
  try {
    await output('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', 'kubernetes-client'], { cwd: scratch });
    const file = (await readdir(scratch)).find((each) => each.endsWith('.deb'));
    if (file === undefined) throw new Error('apt-get download kubernetes-client left no package');
    await output('dpkg', ['-x', join(scratch, file), join(scratch, 'root')]);
    await rm(directory, { recursive: true, force: true });
    await rename(join(scratch, 'root'), directory);
    return `${file.split('_').slice(0, 2).join(' ')} (unpacked in ${directory})`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
