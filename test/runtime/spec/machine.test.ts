/** Limits, devices, settings of the kernel and the machine's namespaces in the OCI spec. */
import test from 'ava';
import { buildOciSpec, type SpecEnvironment } from '../../../runtime/containerd/spec/build.ts';
import type { OciDevice, OciSpec } from '../../../runtime/containerd/spec/oci.ts';
import { isRuntimeError } from '../../../runtime/errors.ts';
import type { InstanceSpec } from '../../../runtime/ports/containers.ts';
import { environment, facts, instance, rootlessFacts } from './fixtures.ts';

const text = (changes: Partial<InstanceSpec>, given: SpecEnvironment = environment): string =>
  new TextDecoder().decode(buildOciSpec(instance(['true'], changes), given));
const parse = (changes: Partial<InstanceSpec>, given?: SpecEnvironment): OciSpec =>
  JSON.parse(text(changes, given)) as OciSpec;
const limited = (...ulimits: NonNullable<InstanceSpec['process']['ulimits']>): Partial<InstanceSpec> => ({
  process: { ...instance(['true']).process, ulimits },
});
const types = (document: OciSpec): string[] => document.linux.namespaces.map(({ type }) => type);
const mountAt = (document: OciSpec, path: string) => document.mounts.find(({ destination }) => destination === path);

test('a limit takes the place of the default one, and no limit is the number that means so', (t) => {
  const hardLimits = new Map([
    ['nofile', 1e6],
    ['memlock', 65_536],
  ]);
  const spec = limited({ name: 'nofile', soft: 10, hard: 20 }, { name: 'memlock', soft: -1, hard: -1 });
  t.true(
    text(spec, { facts, hardLimits }).includes(
      '"rlimits":[{"type":"RLIMIT_NOFILE","hard":20,"soft":10},{"type":"RLIMIT_MEMLOCK","hard":18446744073709551615,"soft":18446744073709551615}]',
    ),
  );
  const beside = parse(limited({ name: 'core', soft: 0, hard: 0 }), { facts, hardLimits });
  t.deepEqual(
    beside.process.rlimits?.map(({ type }) => type),
    ['RLIMIT_NOFILE', 'RLIMIT_CORE'],
  );
});

for (const [title, given] of [
  ['an ordinary user', { facts: rootlessFacts }],
  ['root without the capability', { facts, capabilities: ['CAP_CHOWN'] }],
] as const) {
  test(`${title} may lower limits, and is told that more cannot be had`, (t) => {
    const here = { ...given, hardLimits: new Map([['nofile', 4096]]) };
    t.is(parse(limited({ name: 'nofile', soft: 1, hard: 4096 }), here).process.rlimits?.[0]?.hard, 4096);
    for (const hard of [4097, -1]) {
      const error = t.throws(() => text(limited({ name: 'nofile', soft: 1, hard }), here));
      t.true(isRuntimeError(error, 'InvalidArgument') && error.reason === 'LimitRefused');
      t.regex(error.message, /ulimit nofile: (4097|unlimited) is more than .* \(4096\)/);
    }
  });
}

const node = (path: string, minor: number): OciDevice => ({
  path,
  type: 'c',
  major: 189,
  minor,
  fileMode: 0o660,
  uid: 0,
  gid: 5,
});
const NODES = [node('/dev/bus/1', 1), node('/dev/bus/2', 2), node('/dev/other', 3)];
const devices = (path = '/dev'): OciDevice[] =>
  NODES.filter((one) => one.path === path || one.path.startsWith(`${path}/`));
const bus = { source: '/dev/bus', destination: '/dev/usb', permissions: 'rw' };

test('devices are made where they are wanted, and only they are allowed', (t) => {
  const { linux } = parse({ devices: [bus] }, { facts, devices });
  t.deepEqual(
    linux.devices?.map(({ path, minor, gid }) => [path, minor, gid]),
    [
      ['/dev/usb/1', 1, 5],
      ['/dev/usb/2', 2, 5],
    ],
  );
  t.deepEqual(linux.resources?.devices, [
    { allow: false, access: 'rwm' },
    { allow: true, type: 'c', major: 189, minor: 1, access: 'rw' },
    { allow: true, type: 'c', major: 189, minor: 2, access: 'rw' },
  ]);
  t.true((linux.maskedPaths?.length ?? 0) > 0);
});

test('a privileged instance has them besides all others, each path once', (t) => {
  const security = { ...instance([]).security, privileged: true };
  const other = { source: '/dev/other', destination: '/dev/other', permissions: 'r' };
  const { linux } = parse({ security, devices: [bus, other] }, { facts, devices });
  t.deepEqual(
    linux.devices?.map(({ path }) => path),
    ['/dev/bus/1', '/dev/bus/2', '/dev/other', '/dev/usb/1', '/dev/usb/2'],
  );
  t.deepEqual(linux.resources?.devices, [{ allow: true, access: 'rwm' }]);
});

test('rootless, devices are bound, as nobody may make nodes', (t) => {
  const document = parse({ devices: [bus] }, { facts: rootlessFacts, devices });
  t.is(document.linux.devices, undefined);
  t.like(mountAt(document, '/dev/usb/2'), { type: 'bind', source: '/dev/bus/2' });
});

test('a path without devices is refused', (t) => {
  const error = t.throws(() => text({ devices: [{ ...bus, source: '/dev/shm' }] }, { facts, devices }));
  t.true(isRuntimeError(error, 'InvalidArgument') && error.reason === 'HostPathWrongType');
});

test('settings of the kernel win over ours, and on the host network there are no others', (t) => {
  const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '1024', 'kernel.shmmax': '1' };
  t.deepEqual(parse({ sysctls }).linux.sysctl, {
    'net.ipv4.ip_unprivileged_port_start': '1024',
    'net.ipv4.ping_group_range': '0 2147483647',
    'kernel.shmmax': '1',
  });
  const own = { 'kernel.shmmax': '1' };
  t.deepEqual(parse({ sysctls: own, sandbox: { mode: 'host' } }).linux.sysctl, own);
});

test('the machine’s processes and IPC are no namespaces of its own', (t) => {
  const document = parse({ hostPid: true, hostIpc: true, init: true }, { facts, initPath: '/tini' });
  t.deepEqual(types(document), ['uts', 'mount', 'network']);
  t.deepEqual(document.process.args, ['/dev/tsmoby-init', '-s', '--', 'true']);
  t.like(mountAt(document, '/proc'), { type: 'proc' });
  t.like(mountAt(document, '/dev/shm'), { type: 'bind', source: '/dev/shm' });
  t.like(mountAt(document, '/dev/mqueue'), { type: 'mqueue' });
});

test('rootless, what belongs to another namespace is bound, or left out', (t) => {
  const document = parse({ hostPid: true, hostIpc: true }, { facts: rootlessFacts });
  t.like(mountAt(document, '/proc'), { type: 'bind', source: '/proc' });
  t.is(mountAt(document, '/dev/mqueue'), undefined);
});
