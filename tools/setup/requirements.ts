/** What must be on the machine, for what, and how its absence is noticed: without starting a program where a look is enough. */
import { existsSync } from 'node:fs';
import { access, constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import { atLeast, parseVersion } from './version.ts';
import { output } from './run.ts';

export type Purpose = 'quickstart' | 'test';

export interface Requirement {
  /** A name that is looked up on PATH, or an absolute path that must be there. */
  readonly program: string;
  /** Debian's package that brings it. */
  readonly package: string;
  readonly why: string;
  readonly purposes: readonly Purpose[];
  /** The oldest version that will do, as the program tells it and as the package is numbered; absent: any. */
  readonly oldest?: string;
  /** Whether it is there and good enough; absent: being on PATH is. */
  readonly fits?: (path: string) => Promise<boolean>;
}

const both: readonly Purpose[] = ['quickstart', 'test'];

/** All that apt can install, in the order in which it is reported; kubectl comes another way (see kubectl.ts). */
export const requirements: readonly Requirement[] = [
  {
    program: 'containerd',
    package: 'containerd',
    why: 'the runtime, 1.7 or newer',
    purposes: both,
    oldest: '1.7.0',
  },
  { program: 'runc', package: 'runc', why: 'starts the processes of containers', purposes: both },
  { program: 'tini-static', package: 'tini', why: 'the init process of containers', purposes: both },
  { program: 'busybox', package: 'busybox-static', why: 'sample and test images', purposes: both, fits: isStatic },
  { program: 'nft', package: 'nftables', why: 'published ports, masquerading, isolation', purposes: both },
  { program: 'conntrack', package: 'conntrack', why: 'has flows of UDP forgotten when a port moves', purposes: both },
  { program: 'ip', package: 'iproute2', why: 'network namespaces and bridges', purposes: both },
  {
    program: '/usr/lib/cni/bridge',
    package: 'containernetworking-plugins',
    why: "interfaces of containers, made by CNI's plugins",
    purposes: both,
  },
  {
    program: 'dockerd',
    package: 'docker.io',
    why: 'its BuildKit builds images where no buildkitd is, 26 or newer',
    purposes: both,
    // Debian 12's 20.10 cannot keep images in containerd.
    oldest: '26.0.0',
  },
  {
    program: 'docker-compose',
    package: 'docker-compose',
    why: 'tests compare what is converted with it, 2 or newer',
    purposes: ['test'],
    // Debian 12's is the one in Python, which has another reading of the same files.
    oldest: '2.0.0',
  },
  { program: 'git', package: 'git', why: 'tests build from repositories', purposes: ['test'] },
  { program: 'gpg', package: 'gpg', why: 'tests verify the signatures of commits', purposes: ['test'] },
  { program: 'ssh', package: 'openssh-client', why: 'tests fetch repositories over ssh', purposes: ['test'] },
  { program: 'sshd', package: 'openssh-server', why: 'tests fetch repositories from it', purposes: ['test'] },
  { program: 'iptables', package: 'iptables', why: 'tests publish ports beside its rules', purposes: ['test'] },
  { program: 'docker-registry', package: 'docker-registry', why: 'tests pull from it', purposes: ['test'] },
  {
    program: 'strace',
    package: 'strace',
    why: 'tests watch that nothing is answered before it is durable',
    purposes: ['test'],
  },
  { program: 'protoc', package: 'protobuf-compiler', why: 'tests compare .proto files', purposes: ['test'] },
  {
    program: '/usr/include/google/protobuf/any.proto',
    package: 'libprotobuf-dev',
    why: "protobuf's own types, which ours refer to",
    purposes: ['test'],
  },
  {
    program: '/usr/share/gocode/src/github.com/containerd/containerd/api',
    package: 'golang-github-containerd-containerd-dev',
    why: "containerd's own .proto files, which tests compare ours with",
    purposes: ['test'],
  },
];

/** The requirements of `purpose` that this machine does not meet. */
export async function missingFor(purpose: Purpose, searchPath: string): Promise<readonly Requirement[]> {
  const wanted = requirements.filter((each) => each.purposes.includes(purpose));
  const met = await Promise.all(wanted.map((each) => isMet(each, searchPath)));
  return wanted.filter((_, index) => !met[index]);
}

async function isMet(requirement: Requirement, searchPath: string): Promise<boolean> {
  const { program, oldest, fits } = requirement;
  const path = await findOnPath(program, searchPath);
  if (path === undefined || (oldest !== undefined && !(await isAtLeast(path, oldest)))) return false;
  return fits === undefined || (await fits(path));
}

/** `searchPath` without the directories of npm's packages, of which one brings an `nft` that is no firewall. */
export function withoutPackages(searchPath: string): string {
  return searchPath
    .split(':')
    .filter((directory) => !/\/node_modules\/\.bin\/?$/.test(directory))
    .join(':');
}

/** The executable that a shell with this PATH would start, or undefined. */
export async function findOnPath(program: string, searchPath: string): Promise<string | undefined> {
  if (program.startsWith('/')) return existsSync(program) ? program : undefined;
  for (const directory of searchPath.split(':')) {
    const path = join(directory, program);
    if (!existsSync(path)) continue;
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}

async function isAtLeast(path: string, oldest: string): Promise<boolean> {
  const version = parseVersion(await output(path, ['--version']).catch(() => ''));
  return version !== undefined && atLeast(version, oldest);
}

/** A static ELF file asks for no interpreter; a busybox that needs a libc is of no use inside an image. */
async function isStatic(path: string): Promise<boolean> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  return !buffer.subarray(0, bytesRead).includes('/ld-linux');
}
