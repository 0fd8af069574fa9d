import test from 'ava';
import { hostnameOf, translate } from '../../../controllers/container/translate.ts';
import type { InstanceDevice } from '../../../runtime/ports/containers.ts';
import type { ImageConfig } from '../../../runtime/ports/images.ts';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { stored, UID } from './objects.ts';

const CONFIG: ImageConfig = {
  entrypoint: ['/entry'],
  cmd: ['run'],
  env: ['PATH=/image', 'LANG=C', 'EMPTY=', 'BARE'],
  workingDir: '/work',
  user: '',
  stopSignal: 'SIGQUIT',
  volumes: [],
  exposedPorts: [],
  labels: {},
};

function made(
  spec: Partial<ContainerSpec> = {},
  config: Partial<ImageConfig> = {},
  environment: [string, string][] = [],
  devices: readonly InstanceDevice[] = [],
) {
  const digest = `sha256:${'0'.repeat(64)}`;
  const image = {
    name: 'r',
    owner: { kind: 'Image', namespace: 'default', name: 'i', uid: UID },
    digest,
    manifestDigest: digest,
    chainId: digest,
    snapshotter: 'overlayfs',
    platform: 'linux/amd64',
    sizeBytes: 1,
    config: { ...CONFIG, ...config },
    labels: {},
  };
  return translate(stored(spec), {
    id: `${UID}-1`,
    specHash: 'hash',
    image,
    environment: new Map(environment),
    user: { uid: 1, gid: 2, additionalGids: [3], home: '/home/u' },
    mounts: [],
    devices,
    sandbox: { id: UID, mode: 'none', attachments: [], hostsPath: '/h', hostnamePath: '/n', resolvConfPath: '/r' },
  });
}

type CommandRow = readonly [Partial<ImageConfig>, Partial<ContainerSpec>, readonly string[]];

/** core/v1's table. */
const COMMANDS: readonly CommandRow[] = [
  [{}, {}, ['/entry', 'run']],
  [{}, { command: ['sh'] }, ['sh']],
  [{}, { args: ['other'] }, ['/entry', 'other']],
  [{}, { command: ['sh'], args: ['-c', 'x'] }, ['sh', '-c', 'x']],
  [{ entrypoint: [] }, {}, ['run']],
  [{ cmd: [] }, {}, ['/entry']],
  [{}, { args: [] }, ['/entry']],
  [{}, { command: ['echo', '$(LANG)', '$$(LANG)', '$(NO)'] }, ['echo', 'C', '$(LANG)', '$(NO)']],
];

for (const [config, spec, args] of COMMANDS) {
  test(`image ${JSON.stringify(config)} with ${JSON.stringify(spec)} runs ${JSON.stringify(args)}`, (t) => {
    t.deepEqual(made(spec, config).process.args, args);
  });
}

test('nothing to run is refused', (t) => {
  const error = t.throws(() => made({}, { entrypoint: [], cmd: [] }), { message: /nothing to run/ });
  t.like(error, { outcome: { type: 'stalled', reason: 'InvalidSpec' } });
});

test('variables: ours, then the image’s, then the spec’s', (t) => {
  t.deepEqual(
    made({}, {}, [
      ['LANG', 'D'],
      ['OWN', '1'],
    ]).process.env,
    ['PATH=/image', 'HOME=/home/u', 'HOSTNAME=web', 'LANG=D', 'EMPTY=', 'BARE=', 'OWN=1'],
  );
  t.true(made({}, { env: [] }).process.env[0]?.startsWith('PATH=/usr/local/sbin:'));
  t.true(made({ tty: true }).process.env.includes('TERM=xterm'));
});

test('the working directory is the spec’s, the image’s, or the root', (t) => {
  t.is(made({ workingDir: '/a' }).process.cwd, '/a');
  t.is(made().process.cwd, '/work');
  t.is(made({}, { workingDir: '' }).process.cwd, '/');
});

test('capabilities, seccomp and no_new_privs', (t) => {
  const { security } = made();
  t.like(security, { privileged: false, noNewPrivileges: false, seccomp: 'RuntimeDefault' });
  t.true(security.capabilities.includes('CAP_CHOWN'));
  const changed = made({
    securityContext: {
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
      allowPrivilegeEscalation: false,
      seccompProfile: { type: 'Unconfined' },
    },
  }).security;
  t.deepEqual(changed, {
    privileged: false,
    noNewPrivileges: true,
    capabilities: ['CAP_NET_ADMIN'],
    seccomp: 'Unconfined',
  });
  t.true(made({ securityContext: { privileged: true } }).security.privileged);
});

test('limits, devices and settings of the kernel are handed on, and leave no trace where nobody asks', (t) => {
  const device = { source: '/dev/bus/1', destination: '/dev/one', permissions: 'r' };
  const spec = {
    ulimits: [
      { name: 'nofile', soft: 10, hard: -1 },
      { name: 'core', soft: 0 },
    ],
    securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '9' }] },
    hostPID: true,
    hostIPC: true,
  };
  const asked = made(spec, {}, [], [device]);
  t.like(asked, { sysctls: { 'net.core.somaxconn': '9' }, hostPid: true, hostIpc: true, devices: [device] });
  t.deepEqual(asked.process.ulimits, [
    { name: 'nofile', soft: 10, hard: -1 },
    { name: 'core', soft: 0, hard: 0 },
  ]);
  const plain = made({ hostPID: false, hostIPC: false, ulimits: [], devices: [], securityContext: { sysctls: [] } });
  t.deepEqual(plain, made());
  t.deepEqual(
    Object.keys(plain).filter((name) => ['sysctls', 'hostPid', 'hostIpc', 'devices'].includes(name)),
    [],
  );
  t.false('ulimits' in plain.process);
});

test('labels hold what is compared later', (t) => {
  const { labels } = made({ resources: { limits: { pids: '5' } } });
  t.like(labels, {
    'tsmoby.dev/spec-hash': 'hash',
    'tsmoby.dev/resources': '{"pids":5}',
    'tsmoby.dev/image': 'docker.io/library/app:1',
    'tsmoby.dev/stop-signal': 'SIGQUIT',
  });
  t.false('tsmoby.dev/stop-signal' in made({}, { stopSignal: '' }).labels);
});

test('the same object and look-ups make the same spec; another variable makes another', (t) => {
  t.deepEqual(made(), made());
  const hash = (environment: [string, string][]) => made({}, {}, environment).labels['tsmoby.dev/config-hash'];
  t.not(hash([]), hash([['A', '1']]));
});

test('a host name is one that tools take', (t) => {
  t.is(hostnameOf(stored()), 'web');
  t.is(hostnameOf(stored({ hostname: 'own' })), 'own');
  t.is(hostnameOf(stored({}, { name: `${'a'.repeat(61)}.-b` })), 'a'.repeat(61));
});
