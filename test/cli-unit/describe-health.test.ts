import test from 'ava';
import { healthRows } from '../../cli/commands/describe/health.ts';
import type { ContainerSpec } from '../../schemas/gen/types.ts';

const ROWS: readonly (readonly [Partial<ContainerSpec>, string, string])[] = [
  [
    { startupProbe: { exec: { command: ['test', '-f', '/up'] }, failureThreshold: 60, initialDelaySeconds: 2 } },
    'Startup',
    'exec [test -f /up] delay=2s timeout=1s period=10s #success=1 #failure=60',
  ],
  [
    { livenessProbe: { httpGet: { port: 'web', path: '/alive', scheme: 'HTTPS' } } },
    'Liveness',
    'http-get https://:web/alive delay=0s timeout=1s period=10s #success=1 #failure=3',
  ],
  [
    { livenessProbe: { tcpSocket: { port: 81 }, terminationGracePeriodSeconds: 3 } },
    'Liveness',
    'tcp-socket :81 delay=0s timeout=1s period=10s #success=1 #failure=3 grace=3s',
  ],
  [
    { readinessProbe: { tcpSocket: { port: 80, host: '127.0.0.1' }, periodSeconds: 2, successThreshold: 2 } },
    'Readiness',
    'tcp-socket 127.0.0.1:80 delay=0s timeout=1s period=2s #success=2 #failure=3',
  ],
  [
    { readinessProbe: { grpc: { port: 90, service: 'shop' } } },
    'Readiness',
    'grpc :90 shop delay=0s timeout=1s period=10s #success=1 #failure=3',
  ],
  [
    {
      startupProbe: {
        grpc: { port: 91 },
        periodSeconds: 0,
        timeoutSeconds: 0,
        successThreshold: 0,
        failureThreshold: 0,
      },
    },
    'Startup',
    'grpc :91 delay=0s timeout=1s period=10s #success=1 #failure=3',
  ],
  [{ lifecycle: { postStart: { exec: { command: ['/warm-up'] } } } }, 'Post Start', 'exec [/warm-up]'],
  [{ lifecycle: { preStop: { sleep: { seconds: 5 } } } }, 'Pre Stop', 'sleep 5s'],
];

for (const [spec, label, text] of ROWS) {
  test(`${label}: ${text}`, (t) => t.deepEqual(healthRows({ image: 'app:1', ...spec }), [[label, text]]));
}

test('nothing is said where nobody asks', (t) => {
  t.deepEqual(healthRows({ image: 'app:1', lifecycle: { stopSignal: 'SIGINT' } }), []);
});
