/** `podman run`, several at once, which is how scripts use it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from './in-parallel.ts';
import { removeCgroups, unmountBelow, type Peer, type PeerOptions } from './peer.ts';
import { answers, run } from './run.ts';

const AT_ONCE = 4;

/** Undefined when podman is not installed. */
export async function openPodman({ folder, archive, image }: PeerOptions): Promise<Peer | undefined> {
  if (!(await answers('podman', '--version'))) return undefined;
  const configuration = join(folder, 'containers.conf');
  await writeFile(configuration, configurationIn(folder));
  const policy = join(folder, 'policy.json');
  await writeFile(policy, '{"default": [{"type": "insecureAcceptAnything"}]}');
  const podman = (...args: string[]): Promise<string> =>
    run('podman', ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--runtime', 'runc', ...args], {
      CONTAINERS_CONF: configuration,
    });
  await podman('load', '--quiet', '--signature-policy', policy, '--input', archive);
  const clear = async (): Promise<void> => void (await podman('rm', '--all', '--force', '--time', '0'));
  // Its own are above what root in a container may set.
  const ulimits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'];
  const start = (name: string): Promise<string> =>
    podman('run', '--detach', '--network', 'none', ...ulimits, '--name', name, image, 'sleep', 'infinity');
  return {
    name: `podman run, ${AT_ONCE} at once`,
    async start(count) {
      const begin = performance.now();
      await inParallel([...Array(count).keys()], AT_ONCE, (index) => start(`bench-${index}`));
      return performance.now() - begin;
    },
    clear,
    async [Symbol.asyncDispose]() {
      await clear().catch(() => undefined);
      await unmountBelow(folder);
      await removeCgroups('libpod_parent');
    },
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
`;
