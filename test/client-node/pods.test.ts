import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import test from 'ava';
import type { WebSocket } from 'ws';
import {
  Attach,
  CoreV1Api,
  Cp,
  Exec,
  KubeConfig,
  Log,
  PortForward,
  makeInformer,
  type V1Pod,
  type V1Status,
} from '@kubernetes/client-node';
import { onDaemon } from '../support/daemon/scenario.ts';
import type { Space } from '../support/daemon/space.ts';
import { eventually } from '../support/eventually.ts';
import { makeFolder } from '../support/interruption.ts';

const scenario = onDaemon(test, { listen: ['https://127.0.0.1:0'] });

function configOf({ daemon }: Space): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(join(daemon.options.dataDir, 'kubeconfig'));
  return config;
}

async function idle(space: Space): Promise<KubeConfig> {
  await space.container('web', { command: ['sh', '-c', 'echo ready; exec sleep 1000'] });
  await space.running('web');
  return configOf(space);
}

/** Runs a command to its end. */
async function run(
  config: KubeConfig,
  { namespace }: Space,
  command: readonly string[],
  input?: string,
): Promise<{ readonly out: string; readonly err: string; readonly status: V1Status }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const stdin = input === undefined ? null : Readable.from([Buffer.from(input)]);
  const { promise, resolve } = Promise.withResolvers<V1Status>();
  const socket = await new Exec(config).exec(
    namespace,
    'web',
    'web',
    [...command],
    stdout,
    stderr,
    stdin,
    false,
    resolve,
  );
  const closed = once(socket, 'close');
  const status = await promise;
  await closed;
  return { out: await text(stdout.end()), err: await text(stderr.end()), status };
}

scenario('Exec passes streams and the exit code on', async (t, space) => {
  const config = await idle(space);
  const good = await run(config, space, ['sh', '-c', 'echo out; echo err >&2']);
  t.like(good, { out: 'out\n', err: 'err\n', status: { status: 'Success' } });
  const bad = await run(config, space, ['sh', '-c', 'exit 7']);
  t.like(bad.status, { status: 'Failure', reason: 'NonZeroExitCode' });
  t.deepEqual(bad.status.details?.causes, [{ reason: 'ExitCode', message: '7' }]);
  t.is((await run(config, space, ['head', '-n', '2'], 'one\ntwo\nthree\n')).out, 'one\ntwo\n');
});

scenario('Exec of what cannot be run ends with a failure that says so', async (t, space) => {
  const { status } = await run(await idle(space), space, ['nope']);
  t.is(status.status, 'Failure');
  t.regex(status.message ?? '', /nope/);
});

scenario('Log reads and follows', async (t, space) => {
  await space.container('web', {
    command: ['sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 0.2; done'],
    restartPolicy: 'Never',
  });
  await space.until(
    'Container',
    'web',
    'has a log',
    (found) => (found as { status?: { started?: boolean } }).status?.started,
  );
  const followed = new PassThrough();
  await new Log(configOf(space)).log(space.namespace, 'web', 'web', followed, { follow: true });
  t.is(await text(followed), 'line 1\nline 2\nline 3\n');
  const tail = new PassThrough();
  await new Log(configOf(space)).log(space.namespace, 'web', 'web', tail, { tailLines: 1, timestamps: true });
  t.regex(await text(tail), /^\S+Z line 3\n$/);
});

scenario('Attach shows what is written from now on, and writes', async (t, space) => {
  await space.container('web', { command: ['sh', '-c', 'while read line; do echo got $line; done'], stdin: true });
  await space.running('web');
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const socket = await new Attach(configOf(space)).attach(space.namespace, 'web', 'web', stdout, null, stdin, false);
  let seen = '';
  stdout.on('data', (piece: Buffer) => (seen += piece.toString()));
  stdin.write('hello\n');
  await eventually('an answer', async () => seen.includes('got hello'));
  t.is(seen, 'got hello\n');
  socket.close();
});

scenario('Cp brings files out', async (t, space) => {
  const config = await idle(space);
  await run(config, space, ['sh', '-c', 'mkdir /tmp/from && echo some text > /tmp/from/a.txt']);
  const folder = await makeFolder('/tmp/tsm-cp-');
  try {
    await new Cp(config).cpFromPod(space.namespace, 'web', 'web', 'a.txt', folder, '/tmp/from');
    const found = async (): Promise<string> => readFile(join(folder, 'a.txt'), 'utf8').catch(() => '');
    await eventually('the file', async () => (await found()) === 'some text\n');
  } finally {
    await rm(folder, { recursive: true });
  }
  t.pass();
});

scenario('PortForward reaches a port inside, and is told where nobody listens', async (t, space) => {
  const script = 'mkdir /tmp/w; echo inside > /tmp/w/index.html; exec httpd -f -p 127.0.0.1:8000 -h /tmp/w';
  await space.container('web', { command: ['sh', '-c', script] });
  await space.running('web');
  const forward = new PortForward(configOf(space));
  const ask = async (port: number): Promise<{ readonly said: string; readonly wrong: string }> => {
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const socket = (await forward.portForward(space.namespace, 'web', [port], output, errors, input)) as WebSocket;
    const closed = once(socket, 'close');
    input.write('GET / HTTP/1.0\r\n\r\n');
    await closed;
    return { said: await text(output.end()), wrong: await text(errors.end()) };
  };
  await eventually('an answer', async () => (await ask(8000)).said.endsWith('\r\n\r\ninside\n'));
  t.like(await ask(8001), { said: '' });
  t.regex((await ask(8001)).wrong, /ECONNREFUSED 127\.0\.0\.1:8001/);
});

scenario('an informer of Pods follows Containers', async (t, space) => {
  const config = configOf(space);
  const api = config.makeApiClient(CoreV1Api);
  const { namespace } = space;
  const list = () => api.listNamespacedPod({ namespace });
  const informer = makeInformer<V1Pod>(config, `/api/v1/namespaces/${namespace}/pods`, list);
  const phases = new Set<string>();
  let gone = false;
  informer.on('add', (pod) => phases.add(pod.status?.phase ?? ''));
  informer.on('update', (pod) => phases.add(pod.status?.phase ?? ''));
  informer.on('delete', () => (gone = true));
  await informer.start();
  try {
    await space.container('web', { command: ['sleep', '1000'] });
    await eventually('a Pod that runs', async () => phases.has('Running'));
    await space.remove('Container', 'web');
    await eventually('no Pod', async () => gone);
  } finally {
    await informer.stop();
  }
  t.true(phases.has('Running'));
});
