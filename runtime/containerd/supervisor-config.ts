/** Where our own containerd lives, and how it is configured. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';

export interface ContainerdPaths {
  /** Durable: content, snapshots, metadata. */
  readonly root: string;
  /** Dies with the boot: bundles of running tasks. */
  readonly state: string;
  readonly socket: string;
  readonly config: string;
  readonly output: string;
  readonly record: string;
}

/** Unix socket addresses end here; containerd also makes `<socket>.ttrpc`. */
const maxSocketLength = 107 - '.ttrpc'.length;

/** Derived from the daemon's directories alone, so that two daemons never share a path. Rejects run directories that are too long. */
export function containerdPaths(dataDirectory: string, runDirectory: string): ContainerdPaths {
  const run = join(runDirectory, 'containerd');
  const socket = join(run, 'containerd.sock');
  if (Buffer.byteLength(socket) > maxSocketLength) {
    const room = maxSocketLength - '/containerd/containerd.sock'.length;
    throw new RuntimeError(
      'InvalidArgument',
      `run directory ${runDirectory} is too long for sockets: at most ${room} bytes`,
    );
  }
  return {
    root: join(dataDirectory, 'containerd'),
    state: join(run, 'state'),
    socket,
    config: join(run, 'config.toml'),
    output: join(run, 'output.log'),
    record: join(run, 'process.json'),
  };
}

/**
 * Plugins that we have no use for. CRI costs memory and listens; the restart monitor would restart containers behind the controllers' back;
 * the snapshotters look for file systems and programs at every start and complain. Together 4 MB and a dozen warnings (1.7.24).
 * Names that a version does not know are ignored by it.
 */
const disabledPlugins = [
  'io.containerd.grpc.v1.cri',
  'io.containerd.cri.v1.images',
  'io.containerd.cri.v1.runtime',
  'io.containerd.podsandbox.controller.v1.podsandbox',
  'io.containerd.image-verifier.v1.bindir',
  'io.containerd.internal.v1.opt',
  'io.containerd.internal.v1.restart',
  'io.containerd.monitor.container.v1.restart',
  'io.containerd.internal.v1.tracing',
  'io.containerd.tracing.processor.v1.otlp',
  'io.containerd.nri.v1.nri',
  ...['aufs', 'blockfile', 'btrfs', 'devmapper', 'erofs', 'zfs'].map((name) => `io.containerd.snapshotter.v1.${name}`),
];

/**
 * The file's text. Version 2 of the format is read by 1.7 and by 2.x. The OOM score keeps containerd and its shims alive before their
 * containers (specs set a score of their own); where the kernel refuses it, containerd says so and goes on.
 */
export function containerdConfig(paths: ContainerdPaths): string {
  return `version = 2
root = ${tomlString(paths.root)}
state = ${tomlString(paths.state)}
oom_score = -999
disabled_plugins = [
${disabledPlugins.map((name) => `  ${tomlString(name)},\n`).join('')}]

[grpc]
  address = ${tomlString(paths.socket)}

[debug]
  level = "warn"
`;
}

/** Basic strings of TOML escape what those of JSON do. */
function tomlString(text: string): string {
  return JSON.stringify(text);
}

/** Makes the directories and the file; a file that is as it should be is not written again. */
export async function writeContainerdConfig(paths: ContainerdPaths): Promise<void> {
  await mkdir(paths.root, { recursive: true, mode: 0o711 });
  await mkdir(paths.state, { recursive: true, mode: 0o711 });
  const text = containerdConfig(paths);
  const present = await readFile(paths.config, 'utf8').catch(() => undefined);
  if (present === text) return;
  await writeFile(`${paths.config}.partial`, text, { mode: 0o600 });
  await rename(`${paths.config}.partial`, paths.config);
}
