/** `docker compose` on a dockerd of a test's own, in a network of its own. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { inside, openNetworkNamespace } from '../../../bench/network/namespace.ts';
import { startDockerd } from '../buildkit/dockerd.ts';
import { eventually } from '../eventually.ts';
import type { Peer } from './peer.ts';
import type { Asked } from './project.ts';

const run = promisify(execFile);
const LIMIT_MS = 120_000;
/** Compose 2.26 begins each line of logs with it, whatever it is told. */
const CLEAR_LINE = '\u001B[2K';

interface Listed {
  readonly State: string;
  readonly Health: string;
  readonly ExitCode: number;
}

/** `archive`: what `docker save` writes. `folder`: one that is taken away. */
export async function openDockerCompose(folder: string, archive: string): Promise<Peer> {
  await using opening = new AsyncDisposableStack();
  const network = opening.use(await openNetworkNamespace(folder, 'docker'));
  const dockerd = opening.use(await startDockerd({ store: 'graphdriver', network: network.path }));
  const socket = dockerd.endpoint.type === 'docker' ? dockerd.endpoint.path : '';
  await load(socket, archive);
  const compose = async ({ name, directory, env }: Asked, ...args: readonly string[]): Promise<string> => {
    const words = ['--project-name', name, '--progress', 'quiet', ...args];
    const own = { PATH: process.env['PATH'], HOME: folder, DOCKER_HOST: `unix://${socket}`, ...env };
    return (await run('docker-compose', words, { cwd: directory, env: own, timeout: LIMIT_MS })).stdout;
  };
  const list = async (project: Asked, ...services: readonly string[]): Promise<readonly Listed[]> =>
    (await compose(project, 'ps', '--all', '--format', 'json', ...services))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Listed);
  const opened = opening.move();
  return {
    name: 'docker compose',
    async up(project) {
      await compose(project, 'up', '--detach', '--pull', 'never');
      for (const { name, ends, replicas } of project.services) {
        const isThere = ({ State, Health }: Listed): boolean =>
          ends ? State === 'exited' : State === 'running' && (Health === '' || Health === 'healthy');
        await eventually(`docker compose has ${name}`, async () => {
          const all = await list(project, name);
          return all.length === replicas && all.every(isThere);
        });
      }
    },
    down: async (project) => void (await compose(project, 'down', '--volumes', '--timeout', '0')),
    inside: (project, service, script) => compose(project, 'exec', '-T', service, 'sh', '-c', script),
    async ended(project, service) {
      const [container] = await list(project, service);
      const output = await compose(project, 'logs', '--no-log-prefix', '--no-color', service);
      return { exitCode: container?.ExitCode ?? -1, output: output.replaceAll(CLEAR_LINE, '') };
    },
    fetch: (url) => fetchInside(url, network.path),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const FETCH = 'process.stdout.write(await (await fetch(process.argv[1])).text())';

/** Asks from where its ports are. */
async function fetchInside(url: string, network: string): Promise<string> {
  const [program, words] = inside(network, process.execPath, ['--input-type=module', '--eval', FETCH, url]);
  return (await run(program, words, { timeout: LIMIT_MS })).stdout;
}

async function load(socketPath: string, archive: string): Promise<void> {
  const asked = request({ socketPath, path: '/images/load?quiet=1', method: 'POST' });
  const answered = once(asked, 'response');
  await pipeline(createReadStream(archive), asked);
  const [response] = await answered;
  const said = await text(response as AsyncIterable<Buffer> as never);
  if (!said.includes('Loaded image')) throw new Error(`dockerd did not load ${archive}: ${said}`);
}
