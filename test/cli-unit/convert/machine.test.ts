/** What a service has of the machine, and what it is told to find by name. */
import test from 'ava';
import { convert, type Converted } from './world.ts';
import type { ExecutionContext } from 'ava';

const one = (t: ExecutionContext, keys: string): Promise<Converted> =>
  convert(t, `services:\n  web:\n    image: nginx:1.27\n${keys.replace(/^/gm, '    ')}\n  db: {image: x}\n`);
const told = (made: Converted, key: string): string => made.told(`services.web.${key}`);

test('limits of processes in both forms', async (t) => {
  const made = await one(
    t,
    'ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}, memlock: {soft: -1, hard: -1}}',
  );
  t.deepEqual(made.spec('web').ulimits, [
    { name: 'nproc', soft: 65_535 },
    { name: 'nofile', soft: 20_000, hard: 40_000 },
    { name: 'memlock', soft: -1, hard: -1 },
  ]);
  t.is(told(made, 'ulimits'), 'to Container/web spec.ulimits');
  const wrong = await one(t, 'ulimits: {files: 1}');
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /services\.web\.ulimits\.files: there are as, core, /);
});

test('settings of the kernel that are its own, and those that are not', async (t) => {
  const made = await one(t, 'sysctls: [net.core.somaxconn=1024, vm.swappiness=1]\ndomainname: shop.test');
  t.deepEqual(made.spec('web').securityContext?.sysctls, [
    { name: 'net.core.somaxconn', value: '1024' },
    { name: 'kernel.domainname', value: 'shop.test' },
  ]);
  t.regex(told(made, 'sysctls'), /^not supported: vm\.swappiness: set it on this machine/);
  const host = await one(t, 'network_mode: host\nipc: host\nsysctls: {net.core.somaxconn: 1, kernel.shmmax: 1}');
  t.is(host.spec('web').securityContext, undefined);
  t.true(host.spec('web').hostIPC);
  t.regex(told(host, 'sysctls'), /net\.core\.somaxconn, kernel\.shmmax/);
});

test('devices in every form, with the flags that allow them', async (t) => {
  const made = await one(
    t,
    'devices: ["/dev/fuse", "/dev/kvm:/dev/kvm:rw", "/dev/ttyUSB0:/dev/tty1", {source: /dev/dri, target: /dev/gpu, permissions: r}, "vendor.com/class=name"]',
  );
  t.deepEqual(made.spec('web').devices, [
    { hostPath: '/dev/fuse' },
    { hostPath: '/dev/kvm', permissions: 'rw' },
    { hostPath: '/dev/ttyUSB0', containerPath: '/dev/tty1' },
    { hostPath: '/dev/dri', containerPath: '/dev/gpu', permissions: 'r' },
  ]);
  t.regex(told(made, 'devices'), /^not supported: vendor\.com\/class=name: devices are given by their paths/);
  t.regex(made.stderr, /--allow-host-path \/dev\/fuse/);
});

test('the processes and the IPC of the machine', async (t) => {
  const made = await one(t, 'pid: host\nipc: host');
  t.like(made.spec('web'), { hostPID: true, hostIPC: true });
  t.regex(told(await one(t, 'pid: "service:db"'), 'pid'), /^not supported/);
  t.regex(told(await one(t, 'ipc: "service:db"'), 'ipc'), /^not supported/);
  t.regex(told(await one(t, 'ipc: shareable'), 'ipc'), /^ignored/);
});

test('further hosts in every form, one line for each address', async (t) => {
  const aliases = async (hosts: string): Promise<unknown> =>
    (await one(t, `extra_hosts: ${hosts}`)).spec('web').hostAliases;
  const expected = [
    { ip: '162.242.195.82', hostnames: ['somehost', 'other'] },
    { ip: '::1', hostnames: ['six'] },
    { ip: 'host-gateway', hostnames: ['host.docker.internal'] },
  ];
  const list = '["somehost=162.242.195.82", "other:162.242.195.82", "six=[::1]", "host.docker.internal:host-gateway"]';
  t.deepEqual(await aliases(list), expected);
  t.deepEqual(
    await aliases(
      '{somehost: 162.242.195.82, other: [162.242.195.82], six: "::1", host.docker.internal: host-gateway}',
    ),
    expected,
  );
  t.regex(told(await one(t, 'extra_hosts: ["a:b"]'), 'extra_hosts'), /^not supported: a:b: give an address/);
});

test('resolvers, domains and options', async (t) => {
  const made = await one(t, 'dns: [1.1.1.1, 8.8.8.8]\ndns_search: shop.test\ndns_opt: [use-vc, "ndots:2"]');
  t.like(made.spec('web'), {
    dnsPolicy: undefined,
    dnsConfig: {
      nameservers: ['1.1.1.1', '8.8.8.8'],
      searches: ['shop.test'],
      options: [{ name: 'use-vc' }, { name: 'ndots', value: '2' }],
    },
  });
  t.regex(told(made, 'dns'), /^about .*this machine's resolvers, do not answer/);
  const host = await one(t, 'network_mode: host\ndns: 1.1.1.1');
  t.is(host.spec('web').dnsPolicy, 'None');
  t.regex(told(host, 'dns'), /^to /);
  const four = await one(t, 'dns: [1.1.1.1, 8.8.8.8, 9.9.9.9, 4.4.4.4]');
  t.regex(told(four, 'dns'), /^about .*without 4\.4\.4\.4/);
});

test('in the network of another there are its hosts and resolvers', async (t) => {
  const made = await one(
    t,
    'network_mode: "service:db"\ndns: 1.1.1.1\nextra_hosts: ["a:10.0.0.1"]\nsysctls: {net.core.somaxconn: 1}',
  );
  t.like(made.spec('web'), { dnsConfig: undefined, hostAliases: undefined, securityContext: undefined });
  for (const key of ['dns', 'extra_hosts', 'sysctls']) t.regex(told(made, key), /^not supported/);
});

test('a user with a group has no others, as with docker', async (t) => {
  t.deepEqual((await one(t, 'user: "app:7"')).spec('web').securityContext, {
    runAsUser: 'app',
    runAsGroup: 7,
    supplementalGroupsPolicy: 'Strict',
  });
  t.deepEqual((await one(t, 'user: app')).spec('web').securityContext, { runAsUser: 'app' });
});

test('groups by number and by name', async (t) => {
  const made = await one(t, 'group_add: [44, video]');
  t.deepEqual(made.spec('web').securityContext?.supplementalGroups, [44, 'video']);
  t.regex(told(made, 'group_add'), /^to /);
});
