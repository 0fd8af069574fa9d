import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { conditionOf } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

const SERVE = 'mkdir -p /site && echo well > /site/index.html && exec httpd -f -p 8080 -h /site';
/** Answers come late on a machine that is busy with other tests. */
const SLOW = { periodSeconds: 1, timeoutSeconds: 30 };
const HTTP = { httpGet: { port: 8080, host: 'localhost' }, failureThreshold: 1, ...SLOW };
const STARTED = { tcpSocket: { port: 8080, host: 'localhost' }, failureThreshold: 120, ...SLOW };

scenario('a web server that stops answering well is started again, and its last run says why', async (t, space) => {
  const command = ['sh', '-c', SERVE];
  const spec = { command, init: true, startupProbe: STARTED, livenessProbe: HTTP, terminationGracePeriodSeconds: 1 };
  await space.container('web', spec);
  const before = await space.until<Container>('Container', 'web', 'ready', ({ status }) => status?.ready);
  const broken = { ...HTTP, httpGet: { ...HTTP.httpGet, path: '/nowhere' } };
  await space.container('web', { ...spec, livenessProbe: broken });
  const { status } = await space.until<Container>('Container', 'web', 'restarted', (now) => now.status?.restartCount);
  const { reason, message, pid } = status?.lastState?.terminated ?? {};
  t.is(reason, 'Unhealthy');
  t.regex(message ?? '', /404/);
  t.is(pid, before.status?.pid);
  await space.container('web', spec);
  await space.until<Container>('Container', 'web', 'ready again', (now) => now.status?.ready);
});

scenario('a command in the container decides whether it is ready, without a restart', async (t, space) => {
  const readinessProbe = { exec: { command: ['test', '-e', '/tmp/ready'] }, failureThreshold: 1, ...SLOW };
  const script = 'trap "touch /tmp/ready" USR1; while true; do sleep 0.1; done';
  await space.container('ctr', { command: ['sh', '-c', script], readinessProbe });
  const unready = await space.until<Container>('Container', 'ctr', 'not ready', (object) =>
    /exit code 1/.test(conditionOf(object, 'Ready')?.message ?? ''),
  );
  t.is(conditionOf(unready, 'Ready')?.reason, 'ContainersNotReady');
  process.kill(unready.status?.pid ?? 0, 'SIGUSR1');
  const { status } = await space.until<Container>('Container', 'ctr', 'ready', (now) => now.status?.ready);
  t.like(status, { restartCount: 0, pid: unready.status?.pid ?? 0, started: true });
});

scenario('hooks run in the container, after its start and before its end', async (t, space) => {
  const lifecycle = {
    postStart: { exec: { command: ['touch', '/hello'] } },
    preStop: { exec: { command: ['sh', '-c', 'touch /bye; sleep 2'] } },
  };
  const script = 'while ! test -e /hello; do sleep 0.1; done; while ! test -e /bye; do sleep 0.1; done; exit 7';
  const spec = { init: true, lifecycle, restartPolicy: 'Never', terminationGracePeriodSeconds: 20 } as const;
  await space.container('ctr', { ...spec, command: ['sh', '-c', script] });
  await space.until<Container>('Container', 'ctr', 'started', ({ status }) => status?.postStarted);
  await space.container('ctr', { ...spec, command: ['sleep', '600'] });
  const { status } = await space.until<Container>('Container', 'ctr', 'replaced', (now) => now.status?.restartCount);
  t.is(status?.lastState?.terminated?.exitCode, 7, 'it ended of what the hook did, before any signal');
});
