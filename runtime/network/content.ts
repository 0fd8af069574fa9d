import type { SandboxSpec } from '../ports/sandboxes.ts';
import { hostLines, withResolver } from './asked-names.ts';

/** What stands in the three files of a sandbox. */
export interface SandboxFiles {
  readonly hosts: string;
  readonly hostname: string;
  readonly resolvConf: string;
}

/** The machine's own files, for sandboxes on its network; empty where there are none. */
export interface HostFiles {
  readonly hosts: string;
  readonly resolvConf: string;
}

const localhost = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/**
 * `none`: nobody but itself, and no name server to ask. `host`: what the machine knows, and the container's own name, so that programs that
 * look it up find something.
 */
export function sandboxFiles(
  spec: Pick<SandboxSpec, 'mode' | 'hostname' | 'hosts' | 'resolver'>,
  host: HostFiles,
): SandboxFiles {
  const { hosts = [], resolver = {} } = spec;
  const plain = plainFiles(spec, host);
  return {
    ...plain,
    hosts: plain.hosts + hostLines(hosts, spec.mode === 'host' ? '127.0.0.1' : undefined),
    resolvConf: withResolver(resolver.from === 'none' ? '' : plain.resolvConf, resolver),
  };
}

function plainFiles(spec: Pick<SandboxSpec, 'mode' | 'hostname'>, host: HostFiles): SandboxFiles {
  const hostname = `${spec.hostname}\n`;
  if (spec.mode === 'none') {
    return { hosts: `${localhost}127.0.0.1\t${spec.hostname}\n`, hostname, resolvConf: '' };
  }
  const known = host.hosts
    .split('\n')
    .some((line) => line.replace(/#.*/, '').split(/\s+/).slice(1).includes(spec.hostname));
  const base = host.hosts === '' || host.hosts.endsWith('\n') ? host.hosts : `${host.hosts}\n`;
  return { hosts: known ? base : `${base}127.0.1.1\t${spec.hostname}\n`, hostname, resolvConf: host.resolvConf };
}

/**
 * `cni`: itself at its own addresses, and others by asking. `nameServer`: ours; where there is none those of the machine, without such as listen on its
 * loopback, where nobody in a sandbox finds them. What the machine appends to names, and its options, hold as well; but ours is asked for a name as it is
 * before anything is appended, as names of containers have no dot.
 */
export function attachedFiles(
  { hostname, hosts = [], resolver = {} }: Pick<SandboxSpec, 'hostname' | 'hosts' | 'resolver'>,
  addresses: readonly string[],
  { nameServer, gateway }: Answering,
  machine: string,
): SandboxFiles {
  const own = (addresses.length > 0 ? addresses : ['127.0.0.1']).map((address) => `${address}\t${hostname}\n`);
  const lines = machine.split('\n').map((line) => line.trim());
  const servers = lines.filter(
    (line) => /^nameserver\s/.test(line) && !/^nameserver\s+(127\.|::1$|0\.0\.0\.0)/.test(line),
  );
  const kept = lines.filter((line) => /^(search|domain|options)\s/.test(line));
  const ours = [
    `nameserver ${nameServer}`,
    ...kept.map((line) => line.replace(/\s+ndots:\d+/g, '')).filter((line) => line !== 'options'),
    'options ndots:0',
  ];
  const all = nameServer === undefined || resolver.from === 'machine' ? [...servers, ...kept] : ours;
  return {
    hosts: localhost + own.join('') + hostLines(hosts, gateway),
    hostname: `${hostname}\n`,
    resolvConf: withResolver(resolver.from === 'none' ? '' : all.map((line) => `${line}\n`).join(''), resolver),
  };
}

/** Addresses at which the machine answers whoever is in a sandbox. */
export interface Answering {
  /** Names, too. */
  readonly nameServer: string | undefined;
  readonly gateway: string | undefined;
}

/** Whether a resolv.conf names only a server on the machine's loopback: systemd-resolved, which has the real ones in another file. */
export function onlyLoopback(resolvConf: string): boolean {
  const servers = resolvConf.split('\n').filter((line) => /^\s*nameserver\s/.test(line));
  return servers.length > 0 && servers.every((line) => /\s(127\.|::1\b)/.test(line));
}
