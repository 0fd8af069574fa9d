/** What a Container has of the machine, and what it is told to find by name, seen from within. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { readHostDevices } from '../../../runtime/containerd/spec/devices.ts';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';

/** One that can be opened for reading by whoever may, and that runc allows nobody by itself. */
const DEVICE = ['/dev/fuse', '/dev/kvm', '/dev/loop-control'].find((path) => readHostDevices(path).length === 1);

const scenario = onDaemon(test, { allowHostPath: DEVICE === undefined ? [] : [DEVICE] });
const CLI = join(import.meta.dirname, '../../../cli/main.ts');

/** What a shell in it writes. */
async function inContainer({ daemon, namespace }: Space, name: string, script: string): Promise<string> {
  const env = { ...process.env, TSMOBY_HOST: `unix://${daemon.socketPath}` };
  const words = [CLI, 'exec', '-n', namespace, name, '--', 'sh', '-c', script];
  return (await promisify(execFile)(process.execPath, words, { env, timeout: 30_000 })).stdout;
}

const lines = (text: string): string[] => text.trim().split('\n');

scenario('limits of processes and settings of the kernel are those of the spec', async (t, space) => {
  const spec: Partial<ContainerSpec> = {
    ulimits: [
      { name: 'nofile', soft: 77, hard: 88 },
      { name: 'core', soft: 0 },
      { name: 'fsize', soft: -1 },
    ],
    securityContext: {
      sysctls: [
        { name: 'net.core.somaxconn', value: '123' },
        { name: 'kernel.shm_rmid_forced', value: '1' },
        { name: 'net.ipv4.ip_unprivileged_port_start', value: '90' },
      ],
    },
  };
  const script =
    'ulimit -S -n; ulimit -H -n; ulimit -c; ulimit -f; cd /proc/sys; cat net/core/somaxconn kernel/shm_rmid_forced net/ipv4/ip_unprivileged_port_start';
  t.deepEqual(lines(await space.shell('own', script, spec)), ['77', '88', '0', 'unlimited', '123', '1', '90']);
  await space.container('long', { command: ['sleep', '600'], ...spec });
  await space.running('long');
  // also written back by a change of other limits, and had by whoever comes later (of open files runc 1.1's exec gives the hard limit for both)
  await space.container('long', { command: ['sleep', '600'], ...spec, resources: { limits: { pids: '50' } } });
  await space.until<Container>('Container', 'long', 'has its limit', ({ status }) => status?.resources?.pids === 50);
  t.is(await inContainer(space, 'long', 'ulimit -H -n; ulimit -f'), '88\nunlimited\n');
});

scenario('a limit that cannot be had, and a setting that the kernel has not, say so', async (t, space) => {
  const failed = async (name: string, spec: Partial<ContainerSpec>): Promise<string> => {
    await space.container(name, { command: ['true'], restartPolicy: 'Never', ...spec });
    const { status } = await space.until<Container>('Container', name, 'failed', (o) => o.status?.state?.terminated);
    const { reason = '', message = '' } = status?.state?.terminated ?? {};
    return `${reason} ${message}`;
  };
  const refused = await failed('files', { ulimits: [{ name: 'nofile', soft: 2 ** 31 }] });
  t.regex(refused, /^LimitRefused .*(ulimit nofile: 2147483648 is more|refuses the ulimits)/);
  const unknown = { sysctls: [{ name: 'net.core.no_such_thing', value: '1' }] };
  t.regex(await failed('sysctl', { securityContext: unknown }), /^SysctlRefused .*net\.core\.no_such_thing/);
});

scenario('the machine’s processes and IPC are seen where that is asked for', async (t, space) => {
  const script = 'echo $$$$; ls -d /proc/$HERE 2>/dev/null; readlink /proc/self/ns/ipc';
  const env = [{ name: 'HERE', value: String(process.pid) }];
  const ipc = await readlink('/proc/self/ns/ipc');
  const [pid, ...seen] = lines(await space.shell('host', script, { env, hostPID: true, hostIPC: true }));
  t.true(Number(pid) > 1);
  t.deepEqual(seen, [`/proc/${process.pid}`, ipc]);
  const [first, own, ...more] = lines(await space.shell('alone', script, { env }));
  t.is(first, '1');
  t.regex(own ?? '', /^ipc:/);
  t.not(own, ipc);
  t.deepEqual(more, []);
});

scenario('further names lead where they are to, and follow the spec under the process', async (t, space) => {
  await using here = await answeringHere();
  const spec = (hostAliases: ContainerSpec['hostAliases']): Partial<ContainerSpec> => ({
    command: ['sleep', '600'],
    ...(hostAliases && { hostAliases }),
    dnsConfig: { searches: ['shop.test'], options: [{ name: 'ndots', value: '2' }] },
  });
  const first = [
    { ip: '192.0.2.7', hostnames: ['db', 'db.example'] },
    { ip: 'host-gateway', hostnames: ['machine'] },
  ];
  await space.container('named', spec(first));
  const { status } = await space.running('named');
  const inside = (script: string): Promise<string> => inContainer(space, 'named', script);
  t.regex(await inside('cat /etc/hosts'), /\n192\.0\.2\.7\tdb db\.example\n/);
  t.is(await inside(`printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 machine ${here.port} | tail -n 1`), 'the machine');
  const resolvConf = await inside('cat /etc/resolv.conf');
  t.regex(resolvConf, /^search .*shop\.test$/m);
  t.regex(resolvConf, /^options .*ndots:2/m);
  t.regex(resolvConf, /^nameserver /);
  await space.container('named', spec([{ ip: '192.0.2.8', hostnames: ['db'] }]));
  const followed = await space.until<Container>(
    'Container',
    'named',
    'followed',
    (object) => object.status?.lastChange,
  );
  t.deepEqual(followed.status?.lastChange?.inPlace, ['hostAliases']);
  await space.ready('Container', 'named');
  t.regex(await inside('cat /etc/hosts'), /\n192\.0\.2\.8\tdb\n/);
  t.is((await space.running('named')).status?.pid, status?.pid);
});

scenario('resolvers alone are the only ones, on any network', async (t, space) => {
  const spec: Partial<ContainerSpec> = { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.53'] } };
  const outputs = await Promise.all([
    space.shell('own', 'cat /etc/resolv.conf', spec),
    space.shell('host', 'cat /etc/resolv.conf', { ...spec, hostNetwork: true }),
    space.shell('none', 'cat /etc/resolv.conf', { ...spec, networkMode: 'none' }),
  ]);
  t.deepEqual([...new Set(outputs)], ['nameserver 192.0.2.53\n']);
});

scenario('groups are found by their names in the image', async (t, space) => {
  const output = await space.shell('groups', 'id -G', { securityContext: { supplementalGroups: ['daemon', 77] } });
  t.deepEqual(output.trim().split(' ').toSorted(), ['0', '1', '77']);
});

if (DEVICE === undefined) test.skip('devices (skipped: this machine has none to give)', () => undefined);
else {
  scenario('a device that the daemon allows is there, as far as it was given', async (t, space) => {
    const given = (permissions: string): Partial<ContainerSpec> => ({
      devices: [{ hostPath: DEVICE, containerPath: '/dev/given', permissions }],
    });
    const script = '(: < /dev/given) && echo read; (: >> /dev/given) && echo write; true';
    t.is(await space.shell('both', script, given('rw')), 'read\nwrite\n');
    t.true(lines(await space.shell('read', `(${script}) 2>&1`, given('r'))).includes('read'));
    t.false(lines(await space.shell('again', `(${script}) 2>&1`, given('r'))).includes('write'));
    t.is(await space.shell('none', 'ls /dev | grep -c -e given -e fuse -e kvm -e loop; true'), '0\n');
  });

  scenario('a device that the daemon does not allow needs a flag, and is named in it', async (t, space) => {
    const stalled = async (name: string, hostPath: string): Promise<string> => {
      await space.container(name, { command: ['true'], devices: [{ hostPath }] });
      return (await space.condition('Container', name, 'Stalled', 'HostPathNotAllowed')).message;
    };
    t.regex(await stalled('kmsg', '/dev/kmsg'), /--allow-host-path=\/dev\/kmsg/);
    t.regex(await stalled('away', '/dev/../etc/passwd'), /\/etc\/passwd/);
  });
}

/** An HTTP server of this machine, at all its addresses. */
async function answeringHere(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_, response) => response.end('the machine'));
  await once(server.listen(0), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
