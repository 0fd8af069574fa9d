import test from 'ava';
import { questionOf, probeSpec } from '../../../controllers/container/probe-spec.ts';
import { portNumber, probeTarget } from '../../../controllers/container/probe-target.ts';
import type { Work } from '../../../controllers/container/work.ts';
import { ReconcileError } from '../../../controllers/engine/contract.ts';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { readerOf, stored, UID } from './objects.ts';

const RUN = { id: `${UID}-a`, pid: 7, startedAt: 1000 };

const NETWORKS = [
  { kind: 'Network', metadata: { namespace: 'default', name: 'lan' }, spec: { driver: 'macvlan' } },
  { kind: 'Network', metadata: { namespace: 'default', name: 'bridged' }, spec: { driver: 'bridge' } },
];

/** `ip`: its address in network `bridged`; with `@lan` behind it, in that one. */
const target = (spec: Partial<ContainerSpec>, host: string | undefined, ip?: string): string => {
  const networks = (ip?.split(' ') ?? []).map((text) => {
    const [address = '', name = 'bridged'] = text.split('@');
    return { name, ips: [address] };
  });
  const context = { reader: readerOf(...NETWORKS), status: { current: { networks } } };
  const { address, inside, ...rest } = probeTarget({ container: stored(spec), context } as unknown as Work, RUN, host);
  if (rest.instanceId !== RUN.id || rest.pid !== 7 || rest.startedAt !== 1000) throw new Error('another process');
  return `${address}${inside ? ' inside' : ''}`;
};

const ROWS: readonly (readonly [string, Partial<ContainerSpec>, string | undefined, string | undefined, string])[] = [
  ['with an address', {}, undefined, '10.1.0.2', '10.1.0.2'],
  ['with an address, on its own loopback', {}, '127.0.0.1', '10.1.0.2', '127.0.0.1 inside'],
  ['with an address, on its own loopback by name', {}, 'localhost', '10.1.0.2', '127.0.0.1 inside'],
  ['with an address, on its own loopback of IPv6', {}, '::1', '10.1.0.2', '127.0.0.1 inside'],
  ['in a network that this machine cannot reach', {}, undefined, '10.1.0.2@lan', '127.0.0.1 inside'],
  ['in such a network, and another one', {}, undefined, '10.1.0.2@lan 10.2.0.2', '10.2.0.2'],
  ['without an address', {}, undefined, undefined, '127.0.0.1 inside'],
  ['by way of another host', {}, '10.9.9.9', '10.1.0.2', '10.9.9.9'],
  ['on the network of this machine', { hostNetwork: true }, undefined, undefined, '127.0.0.1'],
  ['on the network of this machine, at a host', { hostNetwork: true }, 'localhost', undefined, 'localhost'],
];

for (const [title, spec, host, ip, expected] of ROWS) {
  test(`a container ${title} is asked at ${expected}`, (t) => t.is(target(spec, host, ip), expected));
}

const PORTS = [{ name: 'web', containerPort: 8080 }, { containerPort: 9 }];

test('a port is a number, a name of spec.ports, or a number written as text', (t) => {
  t.is(portNumber(80, undefined, 'f'), 80);
  t.is(portNumber('web', PORTS, 'f'), 8080);
  t.is(portNumber('81', PORTS, 'f'), 81);
  for (const port of [0, 65_536, -1, 'other', '', '0']) {
    const { outcome } = t.throws(() => portNumber(port, PORTS, 'spec.x.port'), { instanceOf: ReconcileError });
    t.like(outcome, { type: 'stalled', reason: 'InvalidSpec' });
    t.regex('message' in outcome ? outcome.message : '', /^spec\.x\.port: /);
  }
});

test('a path is escaped where HTTP has no place for it, and an empty host is none', (t) => {
  const pathOf = (path: string): unknown => {
    const action = questionOf({ httpGet: { port: 80, path, host: '' } }, undefined, 'f')?.action;
    return action?.type === 'http' ? action.path : undefined;
  };
  t.is(pathOf('/health check'), '/health%20check');
  t.is(pathOf('/a%20b?c=ü€'), '/a%20b?c=%C3%BC%E2%82%AC');
  t.is(pathOf('/\ud800'), '/%EF%BF%BD');
  for (const probe of [{ httpGet: { port: 80, host: '' } }, { tcpSocket: { port: 80, host: '' } }]) {
    t.is(questionOf(probe, undefined, 'f')?.host, undefined);
  }
});

test('probes have the defaults of core/v1, also where nobody filled them in', (t) => {
  const question = questionOf({ httpGet: { port: 80, path: 'a?b' } }, undefined, 'f');
  t.deepEqual(question, {
    action: { type: 'http', port: 80, path: '/a?b', scheme: 'HTTP', headers: [] },
    host: undefined,
  });
  t.deepEqual(probeSpec({ tcpSocket: { port: 80 } }, { type: 'tcp', port: 80 }), {
    action: { type: 'tcp', port: 80 },
    initialDelaySeconds: 0,
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
  });
  t.deepEqual(questionOf({ grpc: { port: 5 } }, undefined, 'f')?.action, { type: 'grpc', port: 5, service: '' });
});
