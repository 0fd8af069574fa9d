import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseAddress } from '../../schemas/values/addresses.ts';
import type { Host } from '../ports/host.ts';

/**
 * Gives the network namespace of a process the name `path`, when it is one of its own that has all of these addresses: what was known of the process
 * may be old, and its number somebody else's. Resolves with whether it did.
 */
export async function nameNetnsOf(
  host: Pick<Host, 'run'>,
  pid: number,
  { path, addresses }: { readonly path: string; readonly addresses: readonly string[] },
): Promise<boolean> {
  const namespace = `/proc/${pid}/ns/net`;
  const [its, ours] = await Promise.all([inodeOf(namespace), inodeOf('/proc/self/ns/net')]);
  if (its === undefined || its === ours || addresses.length === 0) return false;
  const known = await addressesOf(pid);
  if (!addresses.every((address) => known.has(address))) return false;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeFile(path, '', { mode: 0o600 });
  await host.run('mount', ['--bind', namespace, path]);
  return true;
}

/** Undefined for a process that has ended, or is none of ours. */
const inodeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ ino }) => ino,
    () => undefined,
  );

/** What is local in the namespace of a process, as the kernel's tables say it. */
async function addressesOf(pid: number): Promise<{ readonly has: (address: string) => boolean }> {
  // A process that ends meanwhile has none.
  const read = (name: string): Promise<string> => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '');
  const [ipv4, ipv6] = await Promise.all([read('fib_trie'), read('if_inet6')]);
  return {
    has(text) {
      const address = parseAddress(text);
      if (address?.family === 4) return ipv4.includes(`|-- ${text}\n`);
      return address !== undefined && ipv6.includes(`${address.bits.toString(16).padStart(32, '0')} `);
    },
  };
}
