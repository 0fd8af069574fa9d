/** `podman run`, several at once, which is how scripts use it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from './in-parallel.ts';
import { inside } from './network/namespace.ts';
import { endProcesses, removeCgroups, unmountBelow, type Peer, type PeerOptions } from './peer.ts';
import { answers, run } from './run.ts';
import { CONTAINER_PORT, hostPortOf, SERVE, SLEEP } from './workload.ts';

const AT_ONCE = 4;

/** Undefined when podman is not installed. */
export async function openPodman({ folder, archive, image, network }: PeerOptions): Promise<Peer | undefined> {
  if (!(await answers('podman', '--version'))) return undefined;
  const configuration = join(folder, 'containers.conf');
  await writeFile(configuration, configurationIn(folder));
  const policy = join(folder, 'policy.json');
  await writeFile(policy, '{"default": [{"type": "insecureAcceptAnything"}]}');
  const places = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--runtime', 'runc'];
  const podman = (...args: string[]): Promise<string> =>
    run(...inside(network, 'podman', [...places, ...args]), { CONTAINERS_CONF: configuration });
  await using opening = new AsyncDisposableStack();
  opening.defer(async () => {
    await endProcesses(folder);
    await unmountBelow(folder);
    await removeCgroups('libpod_parent');
  });
  await podman('load', '--quiet', '--signature-policy', policy, '--input', archive);
  const clear = async (): Promise<void> => void (await podman('rm', '--all', '--force', '--time', '0'));
  opening.defer(() => clear().catch(() => undefined));
  // Its own are above what root in a container may set.
  const ulimits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'];
  // One bridge with names, as compose makes it and as ours is.
  if (network !== undefined) await podman('network', 'create', 'bench');
  const start = (index: number): Promise<string> => {
    const published = ['--network', 'bench', '--publish', `${hostPortOf(index)}:${CONTAINER_PORT}`];
    const words = network === undefined ? ['--network', 'none'] : published;
    const command = network === undefined ? SLEEP : SERVE;
    return podman('run', '--detach', ...words, ...ulimits, '--name', `bench-${index}`, image, ...command);
  };
  const opened = opening.move();
  return {
    name: `podman run, ${AT_ONCE} at once`,
    async start(count) {
      const begin = performance.now();
      await inParallel([...Array(count).keys()], AT_ONCE, start);
      return performance.now() - begin;
    },
    clear,
    pidOf: async (index) => Number(await podman('inspect', '--format', '{{.State.Pid}}', `bench-${index}`)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Nothing of it outside the folder, but the small cache of blobs' origins that podman always keeps in /var/lib/containers/cache. */
const configurationIn = (folder: string): string => `[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
tmp_dir = ${JSON.stringify(join(folder, 'tmp'))}
static_dir = ${JSON.stringify(join(folder, 'static'))}
volume_path = ${JSON.stringify(join(folder, 'volumes'))}
[containers]
log_driver = "k8s-file"
[network]
network_backend = "netavark"
network_config_dir = ${JSON.stringify(join(folder, 'networks'))}
`;
