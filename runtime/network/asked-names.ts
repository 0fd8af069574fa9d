/** What somebody asked for to stand in the hosts file and in resolv.conf of a sandbox, besides what is there anyway. */
import type { SandboxHost, SandboxResolver } from '../ports/sandboxes.ts';

/** Lines of a hosts file. `gateway`: where the machine answers; without one the lines that mean it are left out. */
export function hostLines(hosts: readonly SandboxHost[], gateway: string | undefined): string {
  return hosts
    .map(({ ip, hostnames }) => ({ address: ip === 'host-gateway' ? gateway : ip, hostnames }))
    .filter(({ address }) => address !== undefined)
    .map(({ address, hostnames }) => `${address}\t${hostnames.join(' ')}\n`)
    .join('');
}

/** A resolv.conf with what is added to it: further servers and domains behind those that are there, options in the place of others of the name. */
export function withResolver(base: string, { nameServers = [], searches = [], options = [] }: SandboxResolver): string {
  if (nameServers.length + searches.length + options.length === 0) return base;
  const words = (keyword: RegExp): string[][] =>
    base
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([first = '']) => keyword.test(first))
      .map(([, ...rest]) => rest);
  const named = (option: string): string => option.split(':')[0] ?? '';
  const all = {
    nameserver: new Set([...words(/^nameserver$/).flat(), ...nameServers]),
    // of several such lines the last one counts
    search: new Set([...(words(/^(search|domain)$/).at(-1) ?? []), ...searches]),
    options: new Map([...words(/^options$/).flat(), ...options].map((option) => [named(option), option])),
  };
  const line = (keyword: string, list: readonly string[]): string =>
    list.length === 0 ? '' : `${keyword} ${list.join(' ')}\n`;
  return [
    ...[...all.nameserver].map((server) => `nameserver ${server}\n`),
    line('search', [...all.search]),
    line('options', [...all.options.values()]),
  ].join('');
}
