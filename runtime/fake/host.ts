import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RuntimeError } from '../errors.ts';
import type { Host, HostProgram, RootMount } from '../ports/host.ts';
import type { FakeFiles } from './files.ts';

export interface FakeHost extends Host {
  /** What `run` answers; default: Unsupported, as nothing on this made-up machine is installed. */
  onRun: ((program: HostProgram, args: readonly string[]) => string) | undefined;
}

/** A machine whose mounts are a list. A root's content are the FakeFiles below the source of its first mount. */
export function createFakeHost(files: FakeFiles): FakeHost {
  const programs = [
    'mount',
    'umount',
    'mkfifo',
    'unshare',
    'nsenter',
    'ip',
    'nft',
    'conntrack',
    'iptables-legacy',
    'ip6tables-legacy',
    'tar',
    'git',
    'gpg',
    'kubectl',
    'cni',
  ] as const;
  const calls = Object.fromEntries(programs.map((name) => [name, 0])) as Record<HostProgram | 'cni', number>;
  const mounted = new Set<string>();
  const below = (path: string): string[] => [...mounted].filter((at) => at === path || at.startsWith(`${path}/`));
  const inRoot = (mounts: readonly RootMount[], path: string): string => `${mounts[0]?.source ?? ''}${path}`;
  const host: FakeHost = {
    onRun: undefined,
    calls,
    async run(program, args) {
      calls[program]++;
      if (host.onRun === undefined) throw new RuntimeError('Unsupported', `${program} is not on this made-up machine`);
      return { stdout: host.onRun(program, args), stderr: '' };
    },
    async runPlugin(path) {
      calls.cni++;
      throw new RuntimeError('Unsupported', `${path} is not on this made-up machine`);
    },
    async makeFifos(paths) {
      for (const path of paths) await files.write(path, '');
    },
    async mountTmpfs(path) {
      if (mounted.has(path)) return;
      calls.mount++;
      await files.makeDirectory(path);
      mounted.add(path);
    },
    async unmount(path) {
      if (!mounted.delete(path)) return;
      calls.umount++;
      for (const name of (await files.list(path)) ?? []) await files.remove(`${path}/${name}`);
    },
    async mountsUnder(path) {
      return below(path).toSorted();
    },
    async readFromMounts(mounts, paths) {
      const found = new Map<string, Uint8Array>();
      for (const path of paths) {
        const content = await files.read(inRoot(mounts, path));
        if (content !== undefined) found.set(path, content);
      }
      return found;
    },
    async openNetwork() {
      calls.nsenter++;
      return { dial, [Symbol.asyncDispose]: async () => undefined };
    },
    async copyFromMounts(mounts, path, target) {
      const source = inRoot(mounts, path);
      for (const name of (await files.list(source)) ?? []) {
        const content = await files.read(`${source}/${name}`);
        if (content === undefined) await host.copyFromMounts(mounts, `${path}/${name}`, `${target}/${name}`);
        else await files.write(`${target}/${name}`, content);
      }
    },
  };
  return host;
}

/** The network of every process on a made-up machine is the real one's. */
async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  try {
    await once(socket, 'connect');
  } catch (cause) {
    throw new RuntimeError('Unavailable', (cause as Error).message, { cause });
  }
  return socket;
}
