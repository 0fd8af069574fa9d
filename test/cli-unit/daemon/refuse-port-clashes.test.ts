import test from 'ava';
import { StatusError } from '../../../api/status-error.ts';
import { refusePortClashes } from '../../../cli/daemon/refuse-port-clashes.ts';
import type { Container, ContainerPort, ContainerSpec } from '../../../schemas/gen/types.ts';
import { stored } from '../../controllers/container/objects.ts';

type Ports = readonly ContainerPort[];

const attributes = { subresource: '' } as never;

/** The message of the refusal; undefined: it may pass. */
async function refusal(ports: Ports, more: Partial<ContainerSpec> = {}, before?: Container) {
  const object = stored({ ports, ...more }, { name: 'web' });
  try {
    const old = before === undefined ? {} : { oldObject: before };
    await refusePortClashes().validate?.({ attributes, operation: 'UPDATE', object, dryRun: false, ...old });
    return undefined;
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 422) return error.message;
    throw error;
  }
}

const CLASHES: Readonly<Record<string, Ports>> = {
  'the same port': [
    { containerPort: 80, hostPort: 8080 },
    { containerPort: 81, hostPort: 8080, protocol: 'TCP' },
  ],
  'a port within a range': [
    { containerPort: 80, endPort: 89, hostPort: 8071 },
    { containerPort: 1, hostPort: 8080 },
  ],
  'ranges that overlap': [
    { containerPort: 80, endPort: 81, hostPort: 8080 },
    { containerPort: 90, endPort: 99, hostPort: 8075 },
  ],
  'all addresses and one': [
    { containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' },
    { containerPort: 81, hostPort: 8080 },
  ],
  'all addresses of a family and one': [
    { containerPort: 80, hostPort: 8080, hostIP: '0.0.0.0' },
    { containerPort: 81, hostPort: 8080, hostIP: '127.0.0.1' },
  ],
  'one address in two forms': [
    { containerPort: 80, hostPort: 8080, hostIP: 'fd00::1' },
    { containerPort: 81, hostPort: 8080, hostIP: 'fd00:0:0::1' },
  ],
};

for (const [what, ports] of Object.entries(CLASHES)) {
  test(`two ports that want one of the machine are refused: ${what}`, async (t) => {
    t.regex(
      (await refusal(ports)) ?? '',
      /: spec\.ports\[1\]\.hostPort: Invalid value: \d+: port 80\d\d of this machine is that of spec\.ports\[0\] already$/,
    );
  });
}

test('ports that do not meet pass: another protocol, address, family, number; picked ones; without publishing', async (t) => {
  const one = { containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' };
  for (const other of [
    { ...one, protocol: 'UDP' },
    { ...one, hostIP: '127.0.0.2' },
    { ...one, hostIP: '::' },
    { ...one, hostPort: 8081 },
    { containerPort: 80 },
  ] as const) {
    t.is(await refusal([one, other]), undefined);
  }
  const picked = { containerPort: 80, hostPort: 0 };
  t.is(await refusal([picked, picked]), undefined);
  const both = { containerPort: 80, hostPort: 80 };
  t.is(await refusal([both, both], { hostNetwork: true }), undefined);
});

test('a Container that has such ports from before can be changed in other ways', async (t) => {
  const ports = CLASHES['the same port'] ?? [];
  t.is(await refusal(ports, { stdinOnce: true }, stored({ ports }, { name: 'web' })), undefined);
  t.not(await refusal(ports, {}, stored({ ports: ports.slice(1) }, { name: 'web' })), undefined);
});
