import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from '../../proto/grpc/probe.ts';

/** A private containerd for tests: own root, state, socket and runc root, nothing shared with the machine's. */
export interface TestContainerd extends AsyncDisposable {
  readonly socketPath: string;
  readonly folder: string;
  readonly runtimeRoot: string;
  /** SIGKILL and a new process on the same roots; shims live on. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/**
 * Rejects when containerd is not on PATH or does not come up. `diskBytes`: its root is a disk of that size. Dispose ends daemon, shims and mounts, and removes
 * the files.
 */
export async function startContainerd(options: { readonly diskBytes?: number } = {}): Promise<TestContainerd> {
  const folder = await mkdtemp('/tmp/tsm-c-');
  const socketPath = join(folder, 'c.sock');
  const runtimeRoot = join(folder, 'runc');
  await mkdir(runtimeRoot);
  if (options.diskBytes !== undefined) await mountSmallDisk(join(folder, 'root'), options.diskBytes);
  const config = join(folder, 'config.toml');
  await writeFile(config, configuration(folder));
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const log = await open(join(folder, 'log'), 'a');
    child = spawn('containerd', ['--config', config], { stdio: ['ignore', log.fd, log.fd] });
    await log.close();
    const failed = once(child, 'exit');
    for (let i = 0; !(await probe(socketPath)); i++) {
      const over = await Promise.race([failed, sleep(25)]);
      if (over !== undefined || i > 800) {
        throw new Error(`containerd did not start: ${await readFile(join(folder, 'log'), 'utf8')}`);
      }
    }
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  try {
    await start();
  } catch (error) {
    await unmountBelow(folder);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    socketPath,
    folder,
    runtimeRoot,
    start,
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    [Symbol.asyncDispose]: async () => {
      await kill();
      await endShims(folder);
      await unmountBelow(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string): string {
  return `version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.nri.v1.nri", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "${folder}/c.sock"
[ttrpc]
  address = "${folder}/c.sock.ttrpc"
[debug]
  level = "warn"
`;
}

async function mountSmallDisk(path: string, bytes: number): Promise<void> {
  await mkdir(path);
  const mount = spawn('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tsmoby-test', path], { stdio: 'ignore' });
  const [code] = (await once(mount, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`no tmpfs could be mounted at ${path}`);
}

/** Shims outlive their containerd; ours are known by the socket in their command line. */
async function endShims(folder: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (!(words[0] ?? '').endsWith('containerd-shim-runc-v2') || !words.includes(`${folder}/c.sock`)) continue;
    const tasks = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    for (const child of tasks.split(' ').filter((word) => word !== '')) signal(Number(child));
    signal(Number(pid));
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

async function unmountBelow(folder: string): Promise<void> {
  const points = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) {
    await once(spawn('umount', ['-l', point], { stdio: 'ignore' }), 'exit');
  }
}
