/** What a daemon may leave behind on a machine, looked for in the kernel and not in our own records. */
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Traces {
  /** Holds the data and the run directory. */
  readonly folder: string;
  /** Directories that must be gone. */
  readonly directories: readonly string[];
  readonly identity: string | undefined;
  /** Names in /run/containerd/s before the daemon began. */
  readonly socketsBefore: ReadonlySet<string>;
  /** Words in front of programs that look at the network it was in; absent: this one. */
  readonly prefix?: readonly string[];
}

const SHIM_SOCKETS = '/run/containerd/s';
const PATIENCE_MS = 60_000;

/** Rejects with everything that is left. What is on its way out has its time. */
export async function assertNoLeaks(traces: Traces): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(50)) {
    const found = await findLeaks(traces);
    if (found.length === 0) return;
    if (performance.now() > deadline) throw new Error(`the daemon left behind:\n${found.join('\n')}`);
  }
}

/** One line for each thing that is left now. */
export async function findLeaks(traces: Traces): Promise<readonly string[]> {
  const looks = await Promise.all([
    processesOf(traces.folder),
    mountsBelow(traces.folder),
    directoriesLeft(traces.directories),
    cgroupsOf(traces.identity),
    deadSockets(traces.socketsBefore).then((paths) => paths.map((path) => `socket ${path}`)),
    networkTraces(traces.identity, traces.prefix),
  ]);
  return looks.flat();
}

/** Processes with the folder in their command line: shims, containerd, logd, runc, daemons. */
export async function processesOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const lines = await Promise.all(
    pids.map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')] as const),
  );
  return lines
    .filter(([, line]) => line.includes(folder))
    .map(([pid, line]) => `process ${pid}: ${line.replaceAll('\0', ' ')}`);
}

/** Network namespaces that outlive their processes are mounts as well. */
async function mountsBelow(folder: string): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return mounts.split('\n').filter((line) => line.includes(`${folder}/`));
}

async function directoriesLeft(directories: readonly string[]): Promise<readonly string[]> {
  const left = await Promise.all(
    directories.map((path) =>
      access(path).then(
        () => [`directory ${path}`],
        () => [],
      ),
    ),
  );
  return left.flat();
}

async function cgroupsOf(identity: string | undefined): Promise<readonly string[]> {
  if (identity === undefined) return [];
  const hierarchies = ['.', ...(await readdir('/sys/fs/cgroup'))];
  return directoriesLeft(hierarchies.map((name) => join('/sys/fs/cgroup', name, 'tsmoby', identity)));
}

export async function shimSockets(): Promise<ReadonlySet<string>> {
  return new Set(await readdir(SHIM_SOCKETS).catch(() => []));
}

/** New ones that nobody listens on, in whatever network; those of other daemons on this machine are listened on. */
export async function deadSockets(before: ReadonlySet<string>): Promise<readonly string[]> {
  const fresh = [...(await shimSockets())].filter((name) => !before.has(name)).map((name) => join(SHIM_SOCKETS, name));
  const dead = await Promise.all(fresh.map(isDead));
  return fresh.filter((_, index) => dead[index]);
}

/** /proc/net/unix tells of one network only. */
function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => socket.destroy());
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' || code === 'ENOTSOCK'));
    socket.once('close', () => resolve(false));
  });
}

/** Rules and bridges of this identity; daemons of other tests have theirs. A program that is not installed has made no rules. */
export async function networkTraces(
  identity: string | undefined,
  prefix: readonly string[] = [],
): Promise<readonly string[]> {
  if (identity === undefined) return [];
  const interfaces = (await output([...prefix, 'cat', '/proc/net/dev'])).matchAll(/^ *(\S+):/gm);
  const bridges = [...interfaces]
    .map(([, name = '']) => name)
    .filter((name) => name.startsWith(`ts${identity.slice(0, 5)}-`));
  return [...(await firewallRules(identity, prefix)), ...bridges.map((name) => `bridge ${name}`)];
}

async function firewallRules(identity: string, prefix: readonly string[]): Promise<readonly string[]> {
  const texts = await Promise.all(
    [['nft', 'list', 'ruleset'], ['iptables-save'], ['ip6tables-save']].map((words) => output([...prefix, ...words])),
  );
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(`tsmoby_${identity.slice(0, 8)}`) || line.includes(`tsmoby:${identity}`));
}

/** What a program of the system writes; a package of npm's brings another nft. */
async function output(words: readonly string[]): Promise<string> {
  const [program = '', ...args] = words;
  const env = { ...process.env, PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin' };
  return promisify(execFile)(program, args, { env }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
