/** Measures HostFacts, once, at the daemon's start. */
import { access, constants, readFile, statfs } from 'node:fs/promises';
import { arch, hostname } from 'node:os';
import { join } from 'node:path';
import type { HostFacts } from '../ports/host.ts';
import { parseMountinfo } from './mountinfo.ts';

export interface FactsOptions {
  readonly dataDirectory: string;
  readonly runDirectory: string;
  readonly storeIdentity: string;
  /** Overrides the host name. */
  readonly nodeName?: string;
  /** Default: the kernel's. */
  readonly bootIdPath?: string;
}

export async function measureHostFacts(options: FactsOptions): Promise<HostFacts> {
  const rootless = await isRootless();
  return {
    nodeName: options.nodeName ?? toNodeName(hostname()),
    bootId: (await readFile(options.bootIdPath ?? '/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
    architecture: toOciArchitecture(arch()),
    rootless,
    cgroups: await measureCgroups(rootless),
    dataDirectory: options.dataDirectory,
    runDirectory: options.runDirectory,
    storeIdentity: options.storeIdentity,
  };
}

/** A host name as a DNS subdomain: what spec.nodeName allows. */
export function toNodeName(name: string): string {
  const clean = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .split('.')
    .map((label) => label.slice(0, 63).replace(/^-+|-+$/g, ''))
    .filter((label) => label !== '')
    .join('.');
  return clean.slice(0, 253).replace(/[.-]+$/, '') || 'localhost';
}

/** Node's names to those of the OCI image specification (GOARCH). */
export function toOciArchitecture(name: string): string {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };
  return names[name] ?? name;
}

/** In a user namespace uid 0 is somebody else outside: the map tells, getuid does not. */
async function isRootless(): Promise<boolean> {
  const map = (await readFile('/proc/self/uid_map', 'utf8')).trim().split(/\s+/);
  const wholeRange = map[0] === '0' && map[1] === '0' && map[2] === '4294967295';
  return !wholeRange || process.getuid?.() !== 0;
}

const cgroupRoot = '/sys/fs/cgroup';
/** CGROUP2_SUPER_MAGIC of linux/magic.h. */
const cgroup2Magic = 0x63677270;

async function measureCgroups(rootless: boolean): Promise<HostFacts['cgroups']> {
  const { type } = await statfs(cgroupRoot);
  if (type === cgroup2Magic) return { version: 2, controllers: await unifiedControllers(rootless) };
  if (rootless) return { version: 1, controllers: [] };
  return { version: 1, controllers: legacyControllers(await readFile('/proc/self/mountinfo', 'utf8')) };
}

/** Root may use whatever the machine has; others only what was delegated to the cgroup that they are in. */
async function unifiedControllers(rootless: boolean): Promise<readonly string[]> {
  let directory = cgroupRoot;
  if (rootless) {
    const own = /^0::(.*)$/m.exec(await readFile('/proc/self/cgroup', 'utf8'))?.[1] ?? '/';
    directory = join(cgroupRoot, own);
    const delegated = await access(join(directory, 'cgroup.procs'), constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!delegated) return [];
  }
  const text = await readFile(join(directory, 'cgroup.controllers'), 'utf8');
  return text.trim().split(/\s+/).filter(Boolean).sort(byName);
}

/** Controllers of mounted version 1 hierarchies; those that a hybrid machine gives to version 2 are of no use to runc there. */
export function legacyControllers(mountinfo: string): readonly string[] {
  const known = ['blkio', 'cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'hugetlb', 'memory', 'pids'];
  const options = parseMountinfo(mountinfo)
    .filter(({ type }) => type === 'cgroup')
    .flatMap(({ superOptions }) => superOptions);
  return known.filter((name) => options.includes(name));
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}
