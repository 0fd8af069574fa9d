/** What a BuildKit may leave on a machine, looked for in the kernel, in the file system and in containerd. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { processesOf } from '../daemon/leaks.ts';
import { cgroupsNamed } from './cgroup-parent.ts';
import { namespacesOf } from './containerd-namespace.ts';
import { SYSTEM_PATH } from './runc.ts';
import type { TestBuilder } from './test-builder.ts';

/** Where such programs put things when they are not told otherwise. */
const COMMON_PATHS = [
  '/etc/docker/key.json',
  '/etc/buildkit',
  '/var/lib/docker',
  '/var/lib/buildkit',
  '/run/docker.pid',
  '/run/docker.sock',
  '/run/docker',
  '/run/buildkit',
  '/run/runc',
  '/run/containerd/runc',
];

/** What belongs to nobody in particular; the same before and after. */
export async function commonTraces(): Promise<readonly string[]> {
  const chains = await output('iptables-save').then((text) => text.match(/^:DOCKER\S*/gm) ?? []);
  const interfaces = (await readFile('/proc/net/dev', 'utf8')).match(/^ *docker\w*/gm) ?? [];
  return [...COMMON_PATHS.filter((path) => existsSync(path)), ...chains, ...interfaces];
}

/** What there is of one builder: with its folder's name in it everywhere. */
export async function tracesOf({ folder, cgroup }: TestBuilder, containerd: string): Promise<readonly string[]> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(folder));
  const namespaces = (await namespacesOf(containerd)).filter((name) => name.includes(cgroup));
  return [
    ...(await processesOf(folder)),
    ...mounts.map((line) => `mount ${line}`),
    ...(await cgroupsNamed(cgroup)).map((path) => `cgroup ${path}`),
    ...namespaces.map((name) => `namespace ${name}`),
    ...(existsSync(folder) ? [`folder ${folder}`] : []),
  ];
}

async function output(program: string): Promise<string> {
  const env = { ...process.env, PATH: SYSTEM_PATH };
  return await promisify(execFile)(program, [], { env }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
