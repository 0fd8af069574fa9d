/** `docker compose up` on a private dockerd. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from '../proto/grpc/probe.ts';
import { endProcesses, removeCgroups, unmountBelow, type Peer, type PeerOptions } from './peer.ts';
import { inside } from './network/namespace.ts';
import { answers, run } from './run.ts';
import { CONTAINER_PORT, hostPortOf, SERVE, SLEEP } from './workload.ts';

const START_MS = 60_000;
/** dockerd takes the machine's own containerd when one listens here, which a bench must not touch. */
const SYSTEM_CONTAINERD = '/run/containerd/containerd.sock';

/** Nothing of the machine's network is touched. */
const NO_NETWORK = [
  '--bridge',
  'none',
  '--iptables=false',
  '--ip6tables=false',
  '--ip-forward=false',
  '--ip-masq=false',
];

/** Undefined when dockerd or docker compose 2 is not installed, or the machine's own containerd runs. */
export async function openCompose(options: PeerOptions): Promise<Peer | undefined> {
  const compose = await findCompose();
  if (compose === undefined || !(await answers('dockerd', '--version')) || (await probe(SYSTEM_CONTAINERD))) {
    return undefined;
  }
  const { folder, archive, image, network, wait = false } = options;
  const socket = join(folder, 's');
  const env = { DOCKER_HOST: `unix://${socket}`, DOCKER_CONFIG: join(folder, 'config') };
  await mkdir(env.DOCKER_CONFIG);
  await using opening = new AsyncDisposableStack();
  opening.defer(async () => {
    await endProcesses(folder);
    await unmountBelow(folder);
    await removeCgroups('docker');
  });
  const daemon = await startDockerd(folder, socket, network);
  opening.defer(() => stop(daemon));
  await run('docker', ['load', '--quiet', '--input', archive], env);
  const file = join(folder, 'compose.json');
  const command = (...args: string[]): Promise<string> =>
    run(
      compose.program,
      [...compose.args, '--project-name', 'bench', '--file', file, '--progress', 'quiet', ...args],
      env,
    );
  const clear = async (): Promise<void> => void (await command('down', '--timeout', '0'));
  opening.defer(() => clear().catch(() => undefined));
  const opened = opening.move();
  return {
    name: 'docker compose up',
    async start(count) {
      await writeFile(file, composeFile(image, count, network !== undefined));
      const begin = performance.now();
      await command('up', wait ? '--wait' : '--detach', '--pull', 'never');
      return performance.now() - begin;
    },
    clear,
    pidOf: async (index) =>
      Number(await run('docker', ['inspect', '--format', '{{.State.Pid}}', `bench-bench-${index}-1`], env)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function findCompose(): Promise<{ readonly program: string; readonly args: readonly string[] } | undefined> {
  if (await answers('docker', 'compose', 'version')) return { program: 'docker', args: ['compose'] };
  const version = await run('docker-compose', ['version', '--short']).catch(() => '');
  return /^v?[2-9]\./.test(version) ? { program: 'docker-compose', args: [] } : undefined;
}

async function startDockerd(folder: string, socket: string, network: string | undefined): Promise<ChildProcess> {
  const output = join(folder, 'dockerd.log');
  await using file = await open(output, 'a');
  const places = [
    '--data-root',
    join(folder, 'data'),
    '--exec-root',
    join(folder, 'x'),
    '--pidfile',
    join(folder, 'pid'),
  ];
  const [program, words] = inside(network, 'dockerd', [
    '--host',
    `unix://${socket}`,
    ...places,
    ...(network === undefined ? NO_NETWORK : []),
  ]);
  const child = spawn(program, words, { stdio: ['ignore', file.fd, file.fd] });
  for (const deadline = Date.now() + START_MS; !(await probe(socket)); await sleep(50)) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    await stop(child);
    throw new Error(`dockerd did not come up: ${(await readFile(output, 'utf8')).slice(-1500)}`);
  }
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Without a `networks` of its own a project gets one bridge for all. */
function composeFile(image: string, count: number, bridged: boolean): string {
  const service = (index: number): object =>
    bridged
      ? { image, command: SERVE, ports: [`${hostPortOf(index)}:${CONTAINER_PORT}`] }
      : { image, command: SLEEP, network_mode: 'none' };
  const services = Object.fromEntries(Array.from({ length: count }, (_, index) => [`bench-${index}`, service(index)]));
  return JSON.stringify({ services });
}
