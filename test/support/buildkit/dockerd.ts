import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { dirname, join } from 'node:path';
import { inside } from '../../../bench/network/namespace.ts';
import { processesOf } from '../daemon/leaks.ts';
import { eventually } from '../eventually.ts';
import { makeFolder } from '../interruption.ts';
import { pathWith, wrapRunc } from './runc.ts';
import { mountDisk } from './small-disk.ts';
import { nameOf, startBuilder, type TestBuilder } from './test-builder.ts';

export interface DockerdOptions {
  /** Socket of the containerd that it stores in, in a namespace of its own; absent: it starts one of its own. */
  readonly containerd?: string;
  /** `graphdriver`: images are not in containerd, as before version 29. Default: `containerd`. */
  readonly store?: 'containerd' | 'graphdriver';
  /** Its root is a disk of this many bytes. */
  readonly rootBytes?: number;
  /** File of the network namespace that it stands in, with bridges and rules of its own there. Default: the machine's, and no networks. */
  readonly network?: string;
}

/** Made by every dockerd, whatever it is told. */
const PLUGINS = '/run/docker/plugins';

/**
 * A private dockerd, without networks unless it is given one: no bridge, no firewall rules, no forwarding, its own files, runc state and cgroups. Steps of a Dockerfile
 * have network mode `none`, or `host` with its entitlement; in the default mode they fail. Rejects when it does not come up.
 */
export async function startDockerd({
  containerd,
  store = 'containerd',
  rootBytes,
  network,
}: DockerdOptions = {}): Promise<TestBuilder> {
  const folder = await makeFolder('/tmp/tsm-d-');
  const name = nameOf(folder);
  const socket = join(folder, 'd.sock');
  const config = join(folder, 'daemon.json');
  await writeFile(config, JSON.stringify({ features: { 'containerd-snapshotter': store === 'containerd' } }));
  const path = pathWith(await wrapRunc(folder));
  await mkdir(join(folder, 'tmp'));
  if (rootBytes !== undefined) await mountDisk(join(folder, 'root'), rootBytes);
  const [program, words] = inside(network, 'dockerd', [
    ...argumentsFor(folder, name, config, socket),
    ...(network === undefined ? NO_NETWORK : []),
    ...containerdArguments(containerd, name),
  ]);
  const made = [PLUGINS, dirname(PLUGINS)].filter((directory) => !existsSync(directory));
  return await startBuilder(
    {
      folder,
      words: [program, ...words],
      env: { PATH: path, TMPDIR: join(folder, 'tmp'), NOTIFY_SOCKET: '' },
      isReady: () => answersPing(socket),
    },
    {
      endpoint: { type: 'docker', path: socket },
      ...(containerd === undefined ? {} : { containerd: { socketPath: containerd, namespace: name } }),
    },
    {
      afterKill: () => forgetContainerd(folder),
      // Another dockerd may have come meanwhile: what is not empty stays.
      alsoGone: async () => {
        for (const directory of made) await rmdir(directory).catch(() => undefined);
      },
    },
  );
}

/**
 * Its own containerd dies with it, but as a zombie until whoever is process 1 looks: the next dockerd would take that for a living one, and wait ten
 * seconds for it to answer.
 */
async function forgetContainerd(folder: string): Promise<void> {
  await eventually(
    'its containerd is gone',
    async () => (await processesOf(`${folder}/exec/containerd/`)).length === 0,
  );
  await rm(join(folder, 'exec/containerd/containerd.pid'), { force: true });
}

const NO_NETWORK = [
  '--bridge=none',
  '--iptables=false',
  '--ip6tables=false',
  '--ip-forward=false',
  '--ip-masq=false',
  '--userland-proxy=false',
];

function argumentsFor(folder: string, name: string, config: string, socket: string): readonly string[] {
  return [
    `--config-file=${config}`,
    `--host=unix://${socket}`,
    '--group=0',
    '--log-level=warn',
    `--data-root=${folder}/root`,
    `--exec-root=${folder}/exec`,
    `--pidfile=${folder}/pid`,
    '--exec-opt=native.cgroupdriver=cgroupfs',
    `--cgroup-parent=/${name}`,
  ];
}

function containerdArguments(containerd: string | undefined, name: string): readonly string[] {
  if (containerd === undefined) return [];
  return [
    `--containerd=${containerd}`,
    `--containerd-namespace=${name}`,
    `--containerd-plugins-namespace=${name}-plugins`,
  ];
}

function answersPing(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/_ping', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
