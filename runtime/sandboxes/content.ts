import type { SandboxSpec } from '../ports/sandboxes.ts';

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
export function sandboxFiles(spec: SandboxSpec, host: HostFiles): SandboxFiles {
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
