/** Networks in a network namespace of their own, with real plugins: nothing of this machine is changed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHost, type SystemHost } from '../../../runtime/host/create-host.ts';
import { openNetworks, type NetworksOptions, type OpenNetworks } from '../../../runtime/network/open-networks.ts';
import type { Firewall, FirewallNetwork } from '../../../runtime/ports/firewall.ts';
import { mountsBelow, unmount } from '../../support/interruption/clear-folders.ts';
import { makeFolder, whenInterrupted } from '../../support/interruption.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** A firewall that writes down what it is told. */
export interface RecordedFirewall extends Firewall {
  readonly told: (readonly FirewallNetwork[])[];
  repairs: number;
}

function recordFirewall(): RecordedFirewall {
  return {
    told: [],
    repairs: 0,
    async setNetworks(networks) {
      this.told.push(networks);
    },
    setForwards: async () => undefined,
    forgetFlows: async () => undefined,
    async repair() {
      this.repairs += 1;
      return false;
    },
  };
}

export interface NetworkWorld extends AsyncDisposable, OpenNetworks {
  readonly path: string;
  readonly host: SystemHost;
  readonly firewall: RecordedFirewall;
  /** What stands in for /proc/sys. */
  readonly setting: (name: string) => Promise<string>;
  /** As if a router had advertised a way out to this interface, and nothing else were known of IPv6; `flags`: as if it came otherwise. */
  readonly advertise: (device: string, flags?: string) => Promise<void>;
  /** What stands in for /sys/class/net has this one too, with these files. */
  readonly addDevice: (device: string, files: Readonly<Record<string, string>>) => Promise<void>;
  /** A daemon that starts on what this one left. */
  readonly again: (more?: Partial<NetworksOptions> & { bootId?: string }) => Promise<OpenNetworks>;
  /** What a boot takes away: interfaces, namespaces and, unless it is `kept`, the run directory. */
  readonly boot: (kept: boolean) => Promise<void>;
  /** Runs `ip` where the bridges are, or in a namespace that is a file. */
  readonly ip: (args: string, netns?: string) => Promise<string>;
  /** Programs that were started so far, by name. */
  readonly programs: () => Readonly<Record<string, number>>;
  /** What of sandboxes and networks is still anywhere: mounts, interfaces, files, records. */
  readonly leftovers: () => Promise<readonly string[]>;
}

const IDENTITY = '5b0de7c1-0000-4000-8000-000000000000';
const SETTINGS = {
  'net/ipv4/ip_forward': '0',
  'net/ipv6/conf/all/forwarding': '0',
  'net/ipv6/conf/all/accept_ra': '1',
  'net/ipv6/conf/default/accept_ra': '1',
  'net/ipv6/conf/up0/accept_ra': '1',
  'net/ipv6/conf/up1/accept_ra': '1',
};

export async function openWorld(more: Partial<NetworksOptions> = {}): Promise<NetworkWorld> {
  const path = await makeFolder('/tmp/tsm-net-');
  const machine = await openMachine(path);
  const procNet = await linkProcNet(path, machine.pid);
  const firewall = recordFirewall();
  for (const [name, value] of Object.entries(SETTINGS)) await writeSetting(path, name, value);
  await writeFile(join(path, 'resolv.conf'), 'nameserver 127.0.0.53\nnameserver 192.0.2.53\nsearch example.org\n');
  const inside = ['unshare', 'ip', 'cni', 'nsenter'];
  const prefix = (program: string) =>
    inside.includes(program) ? ['nsenter', `--net=/proc/${machine.pid}/ns/net`] : [];
  const host = createHost({ runDirectory: join(path, 'run'), path: process.env['PATH'] ?? '', prefix });
  const open = ({ bootId = 'boot-1', ...others }: Partial<NetworksOptions> & { bootId?: string } = {}) =>
    openNetworks({
      facts: { dataDirectory: join(path, 'data'), runDirectory: join(path, 'run'), bootId, storeIdentity: IDENTITY },
      host,
      firewall,
      log: recordingLog(),
      resolvConfPath: join(path, 'resolv.conf'),
      procNet,
      sysRoot: join(path, 'sys'),
      classRoot: join(path, 'class'),
      ...more,
      ...others,
    });
  const ip = async (args: string, netns?: string): Promise<string> => {
    const words = netns === undefined ? [] : [`--net=${netns}`];
    return (
      await host.run(netns === undefined ? 'ip' : 'nsenter', [
        ...words,
        ...(netns === undefined ? [] : ['ip']),
        ...args.split(' '),
      ])
    ).stdout;
  };
  const interfaces = async (): Promise<readonly string[]> =>
    [...(await readFile(`/proc/${machine.pid}/net/dev`, 'utf8')).matchAll(/^ *(\S+):/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'lo');
  return {
    ...(await open()),
    path,
    host,
    firewall,
    again: open,
    async addDevice(device, files) {
      await mkdir(join(path, 'class', device), { recursive: true });
      for (const [name, text] of Object.entries(files)) await writeFile(join(path, 'class', device, name), `${text}\n`);
    },
    async advertise(device, flags = '00450003') {
      await rm(join(procNet, 'ipv6_route'));
      const none = '0'.repeat(32);
      const line = `${none} 00 ${none} 00 fe80${'0'.repeat(27)}1 00000400 00000001 00000000 ${flags} ${device}\n`;
      await writeFile(join(procNet, 'ipv6_route'), line);
    },
    ip,
    programs: () => Object.fromEntries(Object.entries(host.calls).filter(([, count]) => count > 0)),
    setting: async (name) => (await readFile(join(path, 'sys', name), 'utf8')).trim(),
    async boot(kept) {
      for (const point of await mountsBelow(path)) await unmount(point);
      for (const name of await interfaces()) if (name.startsWith('ts')) await ip(`link del ${name}`);
      if (!kept) await rm(join(path, 'run'), { recursive: true });
    },
    async leftovers() {
      const [mounts, names, ...folders] = await Promise.all([
        mountsBelow(path),
        interfaces(),
        ...['data/sandboxes', 'data/networks', 'data/network', 'run/netns', 'run/sandboxes'].map((folder) =>
          readdir(join(path, folder)).catch(() => [] as string[]),
        ),
      ]);
      return [...mounts, ...names, ...folders.flat().filter((name) => name !== '.boot')];
    },
    async [Symbol.asyncDispose]() {
      for (const point of await mountsBelow(path)) await unmount(point);
      await machine.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** What the kernel tells, file by file, so that a test can have one of them say something else. */
async function linkProcNet(path: string, pid: number): Promise<string> {
  const folder = join(path, 'net');
  await mkdir(folder);
  for (const name of ['dev', 'route', 'fib_trie', 'ipv6_route'])
    await symlink(`/proc/${pid}/net/${name}`, join(folder, name));
  return folder;
}

export async function writeSetting(path: string, name: string, value: string): Promise<void> {
  const file = join(path, 'sys', name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${value}\n`);
}

/** A process that keeps a network namespace open until its input ends, which it does with this process at the latest. */
async function openMachine(path: string): Promise<{ pid: number; close: () => Promise<void> }> {
  const script = 'ip link set lo up && echo up && read _';
  const child = spawn('unshare', ['-n', 'sh', '-c', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const close = whenInterrupted(async () => {
    child.stdin.end();
    await closed;
  });
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, close };
}
