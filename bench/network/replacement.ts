/** A container that is replaced by StartFirst again and again while it is asked 200 times a second: nobody is to notice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { changeAll, startPublished, type Workload } from '../containers.ts';
import type { BenchRow } from '../row.ts';
import { median, round } from '../statistics.ts';
import { CONTAINER_PORT, hostPortOf } from '../workload.ts';
import type { World } from '../world.ts';
import type { LoadSummary } from './load-program.ts';
import { inside } from './namespace.ts';

const PROGRAM = fileURLToPath(new URL('./load-program.ts', import.meta.url));
/** Requests a second, each on a connection of its own. */
const RATE = 200;

/** busybox' httpd keeps nine connections in its queue, too few for a load that does not wait; the image has no other server, so Node comes from the machine. */
const NODE_DIRECTORY = dirname(process.execPath);
/** Of a machine where /lib and /lib64 lead into /usr. */
const MACHINE = { node: [NODE_DIRECTORY, '/srv'], lib: ['/usr/lib', '/lib'], lib64: ['/usr/lib64', '/lib64'] } as const;

/** Host paths that the containers mount, which their daemon must allow. */
export const MOUNTED: readonly string[] = Object.values(MACHINE).map(([path]) => path);

/** Goes on with what it has begun when it is told to end, as a server should. */
const SERVER = `const server = require('node:http').createServer((request, response) => {
  response.setHeader('connection', 'close');
  response.end(process.env.VERSION);
});
server.listen(${CONTAINER_PORT}, '0.0.0.0', 1024);
process.on('SIGTERM', () => server.close());`;

const version =
  (number: number): Workload =>
  (index) => ({
    command: ['/srv/node', '--eval', SERVER],
    env: [{ name: 'VERSION', value: `v${number}` }],
    ports: [{ containerPort: CONTAINER_PORT, hostPort: hostPortOf(index) }],
    volumes: Object.entries(MACHINE).map(([name, [path]]) => ({ name, hostPath: { path } })),
    volumeMounts: Object.entries(MACHINE).map(([name, [, mountPath]]) => ({ name, mountPath, readOnly: true })),
    readinessProbe: { httpGet: { path: '/', port: CONTAINER_PORT }, periodSeconds: 1 },
    updateStrategy: { type: 'StartFirst' },
    terminationGracePeriodSeconds: 10,
  });

/** Needs the image in a world with a network of its own, whose daemon allows what is MOUNTED. Leaves a Container. */
export async function benchReplacement(
  { daemon: { client }, network, signal }: World,
  count: number,
): Promise<BenchRow[]> {
  await startPublished(client, 1, version(0));
  const load = startLoad(network, `http://127.0.0.1:${hostPortOf(0)}/`);
  const times: number[] = [];
  try {
    for (let number = 1; number <= count; number += 1) {
      signal.throwIfAborted();
      const begin = performance.now();
      await changeAll(client, 1, version(number));
      times.push(performance.now() - begin);
    }
  } finally {
    load.stop();
  }
  const { answered, seconds, failures, answers, p50, p99, longest, silence } = await load.summary;
  const kinds = [...new Set(failures)].join(', ');
  return [
    {
      name: 'StartFirst: failed requests',
      value: failures.length,
      unit: 'requests',
      note: `goal 0${kinds && ` (${kinds})`}; ${answered} answered by ${answers.length} versions, ${round(answered / seconds)}/s, ${count} replacements`,
    },
    { name: 'StartFirst: longest time without an answer', value: round(silence), unit: 'ms' },
    {
      name: 'StartFirst: time of an answer',
      value: round(p50, 1),
      unit: 'ms',
      note: `p50; p99 ${round(p99, 1)}, longest ${round(longest)} ms`,
    },
    {
      name: 'StartFirst: apply to Ready',
      value: round(median(times)),
      unit: 'ms',
      note: 'a replacement, probe included',
    },
  ];
}

function startLoad(network: string | undefined, url: string) {
  const [program, words] = inside(network, process.execPath, [PROGRAM, url, String(RATE)]);
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const output = text(child.stdout);
  return {
    stop: () => void child.stdin.end(),
    summary: ended.then(async () => JSON.parse(await output) as LoadSummary),
  };
}
