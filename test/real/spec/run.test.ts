import test from 'ava';
import { readHostDevices } from '../../../runtime/containerd/spec/devices.ts';
import { createSeccompProfiles } from '../../../runtime/containerd/spec/seccomp/cache.ts';
import type { InstanceSpec } from '../../../runtime/ports/containers.ts';
import { facts, instance } from '../../runtime/spec/fixtures.ts';
import { createBundle, removeCgroups, type BundleResult } from './bundle.ts';

const applets = [
  'sh',
  'unshare',
  'mount',
  'touch',
  'chown',
  'ls',
  'id',
  'cat',
  'grep',
  'hostname',
  'ping',
  'date',
  'dmesg',
  'sleep',
];
const environment = {
  facts,
  cgroupParent: `/tsmoby-spec-${process.pid}`,
  seccomp: createSeccompProfiles('amd64'),
  devices: readHostDevices,
  initPath: '/usr/bin/tini-static',
};

async function run(script: string, changes: Partial<InstanceSpec> = {}): Promise<BundleResult> {
  await using bundle = await createBundle(applets);
  return await bundle.run(instance(['sh', '-c', script], { id: `t${process.pid}`, ...changes }), environment);
}

test.after.always('no cgroup is left', async (t) => {
  await removeCgroups(environment.cgroupParent);
  t.pass();
});

const secure = (changes: Partial<InstanceSpec['security']>): Partial<InstanceSpec> => ({
  security: { ...instance([]).security, ...changes },
});

test.serial('ordinary programs work under the filter: files, owners, processes, pipes, time, pings', async (t) => {
  const result = await run(
    'touch /tmp/a && chown 5:6 /tmp/a && ls -ln /tmp/a | grep -q "5 *6" && (sleep 0 & wait) && date | cat >/dev/null && ping -c 1 -W 2 127.0.0.1 >/dev/null && hostname',
  );
  t.deepEqual(result, { code: 0, stdout: 'web\n', stderr: '' });
});

for (const command of ['unshare -m true', 'unshare -U true', 'mount -t tmpfs x /tmp', 'dmesg', 'date -s 2020-01-01']) {
  test.serial(`the filter refuses: ${command}`, async (t) => {
    const result = await run(`${command} >/dev/null`);
    t.regex(result.stderr, /not permitted|permission denied|refused/i);
  });
}

test.serial('CAP_SYS_ADMIN opens what it is about', async (t) => {
  const capabilities = [...instance([]).security.capabilities, 'CAP_SYS_ADMIN'].toSorted();
  const result = await run('unshare -u hostname other && mount -t tmpfs x /tmp', secure({ capabilities }));
  t.deepEqual(result, { code: 0, stdout: '', stderr: '' });
});

test.serial('a read-only root stays read-only, its tmpfs does not', async (t) => {
  const result = await run('touch /x 2>/dev/null || touch /scratch/x && echo kept', {
    root: { ...instance([]).root, readOnly: true },
    mounts: [{ type: 'tmpfs', source: '', destination: '/scratch', readOnly: false, sizeBytes: 65_536 }],
  });
  t.is(result.stdout, 'kept\n');
});

test.serial('the init is process 1 and hands the exit code on', async (t) => {
  const result = await run('cat /proc/1/cmdline; exit 7', { init: true });
  t.is(result.code, 7);
  t.true(result.stdout.startsWith('/dev/tsmoby-init\0--\0sh'));
});

test.serial('another user holds no capability', async (t) => {
  const spec = instance([]);
  const result = await run('id -u; grep CapEff /proc/self/status', {
    process: {
      ...spec.process,
      args: ['sh', '-c', 'id -u; grep CapEff /proc/self/status'],
      user: { uid: 1000, gid: 1000, additionalGids: [] },
    },
  });
  t.is(result.stdout, '1000\nCapEff:\t0000000000000000\n');
});

test.serial('noNewPrivileges reaches the process', async (t) => {
  const result = await run('grep NoNewPrivs /proc/self/status', secure({ noNewPrivileges: true }));
  t.is(result.stdout, 'NoNewPrivs:\t1\n');
});

const changed = (script: string, process: Partial<InstanceSpec['process']>): Pick<InstanceSpec, 'process'> => ({
  process: { ...instance([]).process, args: ['sh', '-c', script], ...process },
});

test.serial('limits, settings of the kernel and the machine’s processes are what runc makes of them', async (t) => {
  const script =
    'ulimit -S -n; ulimit -H -n; cd /proc/sys; cat net/core/somaxconn kernel/domainname; ls -d /proc/$HOST';
  const result = await run('', {
    ...changed(script, {
      env: ['PATH=/bin', `HOST=${process.pid}`],
      ulimits: [{ name: 'nofile', soft: 77, hard: 88 }],
    }),
    sysctls: { 'net.core.somaxconn': '123', 'kernel.domainname': 'shop.test' },
    hostPid: true,
    hostIpc: true,
  });
  t.deepEqual(result, { code: 0, stdout: `77\n88\n123\nshop.test\n/proc/${process.pid}\n`, stderr: '' });
});

/** One that can be opened for reading by whoever may, and that runc allows nobody by itself. */
const device = ['/dev/fuse', '/dev/kvm', '/dev/loop-control'].find((path) => readHostDevices(path).length === 1);

(device === undefined ? test.serial.skip : test.serial)(
  `a device can be used by whom it is given to, as far as it is given${device === undefined ? ' (skipped: this machine has none to give)' : ''}`,
  async (t) => {
    const given = { source: device ?? '', destination: '/dev/given', permissions: 'r' };
    const script =
      '(: < /dev/given) 2>/dev/null && echo read; (: >> /dev/given) 2>/dev/null || echo not written; ls /dev | grep -c given';
    t.deepEqual(await run(script, { devices: [given] }), { code: 0, stdout: 'read\nnot written\n1\n', stderr: '' });
  },
);

test.serial('Node runs with its threads, timers, subprocesses and sockets', async (t) => {
  const readOnly = true;
  const mounts = ['/usr', '/lib', '/lib64'].map((path) => ({
    type: 'bind' as const,
    source: path,
    destination: path,
    readOnly,
  }));
  const script = `
    const { Worker } = require('node:worker_threads');
    const server = require('node:net').createServer((socket) => socket.end('pong')).listen(80, '127.0.0.1', () => {
      require('node:net').connect(80, '127.0.0.1').on('data', (data) => {
        server.close();
        const worker = new Worker("require('node:worker_threads').parentPort.postMessage('thread')", { eval: true });
        worker.on('message', (message) => {
          require('node:child_process').execFile('/bin/busybox', ['echo', 'child'], (error, child) => {
            console.log(data + ' ' + message + ' ' + (error ?? child).toString().trim());
          });
        });
      });
    });`;
  const spec = instance([]);
  const result = await run('', {
    mounts: [...mounts, { type: 'bind', source: process.execPath, destination: '/node', readOnly }],
    process: { ...spec.process, args: ['/node', '-e', script] },
  });
  t.deepEqual(result, { code: 0, stdout: 'pong thread child\n', stderr: '' });
});
