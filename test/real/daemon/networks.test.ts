/** Addresses, names and ports of real containers. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { answerOf, answersWith } from '../../support/daemon/http.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';
import { conditionOf } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

/** Serves its own host name. */
const SERVER = ['sh', '-c', 'mkdir -p /tmp/w && hostname > /tmp/w/index.html && exec busybox httpd -f -p 80 -h /tmp/w'];

const server = (space: Space, name: string, more: Readonly<Record<string, unknown>> = {}) =>
  space.container(name, { command: SERVER, ports: [{ containerPort: 80, hostPort: 0, protocol: 'TCP' }], ...more });

const published = (space: Space, name: string) =>
  space.until<Container>('Container', name, 'has a port', ({ status }) => status?.ports?.[0]?.hostPort);

const hostPortOf = ({ status }: Container): number => status?.ports?.[0]?.hostPort ?? 0;

const machineAddress = (): string =>
  Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal && !address.address.startsWith('10.2'))
    ?.address ?? '127.0.0.1';

scenario('a published port leads to it, by loopback and by the address of this machine', async (t, space) => {
  await server(space, 'web');
  await space.running('web');
  const port = hostPortOf(await published(space, 'web'));
  for (const address of ['127.0.0.1', machineAddress()]) {
    t.is(await answersWith(`http://${address}:${port}/`, 'web'), 'web');
  }
});

scenario('containers find each other by name, and the way out of themselves back in', async (t, space) => {
  await server(space, 'web');
  await space.running('web');
  const port = hostPortOf(await published(space, 'web'));
  const script = (url: string): string =>
    `for i in 1 2 3 4 5 6 7 8 9 10; do busybox wget -q -O - ${url} && exit 0; sleep 0.3; done; cat /etc/resolv.conf; exit 1`;
  t.is((await space.shell('by-name', script('http://web/'))).trim(), 'web');
  t.is((await space.shell('by-full-name', script(`http://web.${space.namespace}/`))).trim(), 'web');
  t.is((await space.shell('hairpin', script(`http://${machineAddress()}:${port}/`))).trim(), 'web');
  const { status } = await space.get<Container>('Container', 'web');
  t.regex(await readFile(`/proc/${status?.pid}/root/etc/hosts`, 'utf8'), new RegExp(`${status?.ip}\\s.*web`));
});

scenario('a restart keeps address, hardware address and port', async (t, space) => {
  await server(space, 'web');
  await space.running('web');
  const before = await published(space, 'web');
  process.kill(before.status?.pid ?? 0, 'SIGKILL');
  const after = await space.until<Container>(
    'Container',
    'web',
    'runs again',
    ({ status }) => status?.restartCount === 1,
  );
  t.deepEqual(after.status?.networks, before.status?.networks);
  t.is(await answersWith(`http://127.0.0.1:${hostPortOf(before)}/`, 'web'), 'web');
});

scenario('a port that somebody has is told, and had when it is free', async (t, space) => {
  await using stranger = await answerOf('stranger');
  const port = { containerPort: 80, hostPort: stranger.port, protocol: 'TCP' } as const;
  await space.container('web', { command: SERVER, ports: [port] });
  const { message } = await space.condition('Container', 'web', 'PortsPublished', 'PortTaken');
  t.true(message.includes(String(stranger.port)) && message.includes(String(process.pid)), message);
  await stranger[Symbol.asyncDispose]();
  const healed = await space.running('web');
  t.is(healed.status?.restartCount, 0);
  t.is(await answersWith(`http://127.0.0.1:${stranger.port}/`, 'web'), 'web');
});

scenario('networks are apart from each other, and change under the same process', async (t, space) => {
  await space.apply({ kind: 'Network', name: 'back', spec: { internal: true } });
  await server(space, 'web', { ports: [], networks: [{ name: 'back' }] });
  const { status } = await space.running('web');
  // Not the last command, which would be process 1, and no signal from inside would end it.
  const outside = `timeout 3 busybox wget -q -O - http://${status?.ip}/ || exit 1`;
  await t.throwsAsync(space.shell('outside', outside), { message: /^outside exited with 1/ });
  const more = { ports: [], networks: [{ name: 'back' }, { name: 'default' }] };
  await server(space, 'web', more);
  const both = await space.until<Container>(
    'Container',
    'web',
    'is in both',
    (object) => object.status?.networks?.length === 2,
  );
  t.is(both.status?.pid, status?.pid);
  const reached = await space.shell(
    'inside',
    `for i in 1 2 3 4 5; do timeout 3 busybox wget -q -O - http://web/ && exit 0; sleep 0.3; done; exit 1`,
  );
  t.is(reached.trim(), 'web');
});

scenario('a container shares the network of another', async (t, space) => {
  await server(space, 'web');
  await space.running('web');
  const output = await space.shell('side', 'busybox wget -q -O - http://127.0.0.1/', { networkMode: 'container:web' });
  t.is(output.trim(), 'web');
  t.is(conditionOf(await space.get('Container', 'web'), 'Ready')?.status, 'True');
});
