/**
 * A daemon on a machine of its own: a network namespace with somebody outside, and boots that are the test's. What runs in it is seen by no other test.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestFn } from 'ava';
import type { TestDaemon, TestDaemonOptions } from '../daemon.ts';
import { endUsers, mountsBelow } from '../interruption/clear-folders.ts';
import { createNetworkWorld, type NetworkWorld } from '../network/world.ts';
import { eventually } from '../eventually.ts';
import { deadSockets, shimSockets } from './leaks.ts';
import { onDaemon, type Scenario } from './scenario.ts';

export interface Machine {
  readonly scenario: (title: string, body: Scenario) => void;
  /** Of the present boot. */
  readonly world: NetworkWorld;
  /** Asks until this text is answered: what was just started may not listen yet. Resolves with what was answered last. */
  answers(from: 'machine' | 'outside', host: string, port: number, expected: string): Promise<unknown>;
  /** What a boot takes away: processes, mounts, cgroups, sockets, the network, and the run directory unless it is `kept`. Then the daemon starts. */
  reboot(daemon: TestDaemon, run: 'kept' | 'gone'): Promise<void>;
  /** All that is there for containers: mounts, namespaces, interfaces, addresses, rules. The same lines when nothing has changed. */
  holds(daemon: TestDaemon): Promise<readonly string[]>;
  /** What is missing of it (`- …`), or there besides (`+ …`), when it does not become the same. */
  differsFrom(held: readonly string[], daemon: TestDaemon): Promise<readonly string[]>;
}

/** As `onDaemon`. `prepare` is called with the machine's network before the first start. */
export function onMachine(
  test: TestFn,
  options: Omit<TestDaemonOptions, 'prepare' | 'surroundings'> & {
    readonly env?: (folder: string) => Readonly<Record<string, string>>;
    readonly prepare?: (world: NetworkWorld, folder: string) => Promise<void>;
  } = {},
): Machine {
  const { env = () => ({}), prepare, ...more } = options;
  let world: NetworkWorld | undefined;
  let socketsBefore: ReadonlySet<string> = new Set();
  let path = '';
  const there = (): NetworkWorld => {
    if (world === undefined) throw new Error('the machine did not boot');
    return world;
  };
  const boot = async (folder: string): Promise<void> => {
    world = await createNetworkWorld();
    await writeFile(join(folder, 'boot'), `${randomUUID()}\n`);
    await prepare?.(world, folder);
  };
  const scenario = onDaemon(test, {
    ...more,
    ownBoot: true,
    surroundings: () => ({ prefix: there().prefix, env: env(path) }),
    async prepare(folder) {
      path = folder;
      socketsBefore = await shimSockets();
      await boot(folder);
    },
    afterwards: async () => world?.[Symbol.asyncDispose](),
  });
  return {
    scenario,
    get world() {
      return there();
    },
    async answers(from, host, port, expected) {
      let last: unknown;
      const ask = async (): Promise<boolean> => (last = await there()[from].ask(host, port)) === expected;
      await eventually(`${host}:${port} answers ${expected}`, ask).catch(() => undefined);
      return last;
    },
    async reboot(daemon, run) {
      const { folder, identity, options: directories } = daemon;
      await daemon.kill9();
      await endUsers([folder]);
      for (const path of await deadSockets(socketsBefore)) await rm(path, { force: true });
      await removeCgroups(identity);
      await there()[Symbol.asyncDispose]();
      if (run === 'gone') await rm(directories.runDir, { recursive: true, force: true });
      await boot(folder);
      await daemon.start();
    },
    holds: (daemon) => holdingsOf(there(), daemon),
    async differsFrom(held, daemon) {
      let found: readonly string[] = [];
      const look = async (): Promise<boolean> => {
        const now = await holdingsOf(there(), daemon);
        found = [...without(held, now).map((line) => `- ${line}`), ...without(now, held).map((line) => `+ ${line}`)];
        return found.length === 0;
      };
      await eventually('it holds the same', look).catch(() => undefined);
      return found;
    },
  };
}

/** Lines of the first that the second does not have, or not as often. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

async function removeCgroups(identity: string): Promise<void> {
  for (const hierarchy of ['.', ...(await readdir('/sys/fs/cgroup'))]) {
    await removeTree(join('/sys/fs/cgroup', hierarchy, 'tsmoby', identity));
  }
}

async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  await rmdir(path).catch(() => undefined);
}

/** Without what is another one each time: names of the ends of interfaces, and addresses that are made of them. */
async function holdingsOf(world: NetworkWorld, { folder, identity }: TestDaemon): Promise<readonly string[]> {
  const bridge = new RegExp(`\\bts${identity.slice(0, 5)}-\\w+`);
  const [mounts, links, addresses, ...rules] = await Promise.all([
    mountsBelow(folder),
    world.run('ip', '-o', 'link'),
    world.run('ip', '-o', 'address', 'show', 'scope', 'global'),
    world.run('nft', 'list', 'ruleset'),
    world.run('iptables-legacy-save'),
  ]);
  const ports = links
    .split('\n')
    .flatMap((line) => (/\bveth/.test(line) ? [`port of ${bridge.exec(line)?.[0] ?? ''}`] : []));
  const held = addresses.split('\n').flatMap((line) => {
    const [, device = '', family = '', address = ''] = line.split(/\s+/);
    return bridge.test(device) ? [`${device} ${family} ${address}`] : [];
  });
  const words = rules
    .join('\n')
    .replaceAll(/^#.*$/gm, '')
    .replaceAll(/packets \d+ bytes \d+|\[\d+:\d+\]/g, '')
    // elements of sets stand in no order
    .split(/[\n,{}]/)
    .map((word) => word.replace(/^\s*elements =/, '').trim());
  return [...mounts, ...ports, ...held, ...words.filter(Boolean)].toSorted();
}
