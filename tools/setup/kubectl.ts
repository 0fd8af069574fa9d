/**
 * Unpacks Debian's kubectl into the checkout: the newer one beside the machine's own, and the only one where the machine has none.
 * It is not installed: its package collides with the `kubectl` package that some machines have from elsewhere.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { downloadFromSuite } from './next-suite.ts';
import { output } from './run.ts';
import { atLeast, parseVersion } from './version.ts';

/** Debian 14, whose kubectl is 1.36 or newer; its libc needs are met by Debian 12. */
const suite = 'forky';
const oldest = '1.36';

/** Where `kubectl` of Debian's newer suite stands once it is unpacked. */
export const unpackedKubectl = join(import.meta.dirname, '../../.cache/kubectl/usr/bin/kubectl');

const directory = join(dirname(unpackedKubectl), '../..');

/** Answers one line for the report, or undefined when it was there. Rejects when it cannot be had. */
export async function unpackKubectl(): Promise<string | undefined> {
  if (existsSync(unpackedKubectl) && atLeast((await kubectlVersion(unpackedKubectl)) ?? '0', oldest)) return undefined;
  await mkdir(dirname(directory), { recursive: true });
  const scratch = await mkdtemp(`${directory}-`);
  try {
    const [file] = await downloadFromSuite(suite, ['kubectl'], scratch);
    await output('dpkg', ['-x', String(file), join(scratch, 'root')]);
    await rm(directory, { recursive: true, force: true });
    await rename(join(scratch, 'root'), directory);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return `kubectl ${(await kubectlVersion(unpackedKubectl)) ?? ''} (unpacked in ${directory})`;
}

/** What follows when it cannot be unpacked: `own` is the machine's kubectl, undefined when there is none. */
export function withoutNewerKubectl(own: string | undefined, { message }: Error): string {
  if (own !== undefined) return `tests use ${own} alone: Debian's newer kubectl could not be unpacked: ${message}`;
  return [
    `there is no kubectl on PATH, and Debian's newer one could not be unpacked: ${message}`,
    'set-up: test/kubectl/suite.test.ts will fail for that; put a kubectl (1.32 or newer) on PATH, or run this again later',
  ].join('\n');
}

/** Its version as `1.36.4`, without asking any server; undefined when it does not run. */
async function kubectlVersion(path: string): Promise<string | undefined> {
  const text = await output(path, ['version', '--client']).catch(() => '');
  return parseVersion(text.replace(/^Kustomize.*$/m, ''));
}
