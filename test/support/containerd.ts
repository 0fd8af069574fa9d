import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from '../../proto/grpc/probe.ts';
import { makeFolder, refuseWhenInterrupted, whenInterrupted } from './interruption.ts';
import { clearFolders } from './interruption/clear-folders.ts';

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

const START_MS = 120_000;

/**
 * Rejects when containerd is not on PATH or does not come up. `diskBytes`: its root is a disk of that size. Dispose ends daemon, shims and mounts, and removes
 * the files.
 */
export async function startContainerd(options: { readonly diskBytes?: number } = {}): Promise<TestContainerd> {
  const folder = await makeFolder('/tmp/tsm-c-');
  const socketPath = join(folder, 'c.sock');
  const runtimeRoot = join(folder, 'runc');
  await mkdir(runtimeRoot);
  if (options.diskBytes !== undefined) await mountSmallDisk(join(folder, 'root'), options.diskBytes);
  const config = join(folder, 'config.toml');
  await writeFile(config, configuration(folder));
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    refuseWhenInterrupted();
    const log = await open(join(folder, 'log'), 'a');
    child = spawn('containerd', ['--config', config], { stdio: ['ignore', log.fd, log.fd] });
    await log.close();
    const failed = once(child, 'exit');
    const deadline = performance.now() + START_MS;
    while (!(await probe(socketPath))) {
      const over = await Promise.race([failed, sleep(25)]);
      if (over !== undefined || performance.now() > deadline) {
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
  const dispose = whenInterrupted(async () => {
    await kill();
    await clearFolders([folder]);
  });
  try {
    await start();
  } catch (error) {
    await dispose();
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
    [Symbol.asyncDispose]: dispose,
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
