import { readFile, readlink } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import test from 'ava';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { processStatus } from '../../support/daemon/kernel.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

async function pidOf(space: Space, name: string, spec: Partial<ContainerSpec> = {}): Promise<number> {
  await space.container(name, { command: ['sleep', '600'], ...spec });
  return (await space.running(name)).status?.pid ?? 0;
}

/** The 14 that docker and containerd grant. */
const DEFAULT_CAPABILITIES = '00000000a80425fb';
const NET_BIND_SERVICE = 1n << 10n;
const SYS_TIME = 1n << 25n;

scenario('users and groups are found by name and number, with the groups that list them', async (t, space) => {
  const id = 'id -u; id -g; id -G | tr " " "\\n" | sort -n | tr "\\n" " "; echo; echo $HOME';
  const as = (securityContext: ContainerSpec['securityContext']) => ({ ...(securityContext && { securityContext }) });
  const outputs = await Promise.all([
    space.shell('root', id),
    space.shell('named', id, as({ runAsUser: 'app' })),
    space.shell('numbered', id, as({ runAsUser: 1000, supplementalGroups: [7, 8] })),
    space.shell('unknown', id, as({ runAsUser: 4321, runAsGroup: 'daemon' })),
  ]);
  t.deepEqual(
    outputs.map((output) => output.split('\n').slice(0, 4)),
    [
      ['0', '0', '0 ', '/root'],
      ['1000', '1000', '1000 2000 ', '/home/app'],
      ['1000', '1000', '7 8 1000 2000 ', '/home/app'],
      ['4321', '1', '1 ', '/'],
    ],
  );
});

scenario('capabilities are the default set, more or fewer when asked, and none for another user', async (t, space) => {
  const [normal, added, dropped, privileged, user] = await Promise.all([
    pidOf(space, 'normal'),
    pidOf(space, 'added', { securityContext: { capabilities: { add: ['SYS_TIME'], drop: ['NET_BIND_SERVICE'] } } }),
    pidOf(space, 'dropped', { securityContext: { capabilities: { drop: ['ALL'] } } }),
    pidOf(space, 'privileged', { securityContext: { privileged: true } }),
    pidOf(space, 'user', { securityContext: { runAsUser: 1000 } }),
  ]);
  const effective = async (pid: number): Promise<bigint> => BigInt(`0x${await processStatus(pid, 'CapEff')}`);
  t.is(await processStatus(normal, 'CapEff'), DEFAULT_CAPABILITIES);
  t.is(await processStatus(normal, 'CapBnd'), DEFAULT_CAPABILITIES);
  t.is(await effective(added), (BigInt(`0x${DEFAULT_CAPABILITIES}`) | SYS_TIME) & ~NET_BIND_SERVICE);
  t.is(await processStatus(dropped, 'CapBnd'), '0000000000000000');
  const mine = BigInt(`0x${await processStatus(process.pid, 'CapBnd')}`);
  t.is(await effective(privileged), mine);
  t.is(await processStatus(user, 'CapEff'), '0000000000000000');
});

scenario('system calls are filtered, unless they are not to be', async (t, space) => {
  const [normal, unconfined, privileged] = await Promise.all([
    pidOf(space, 'normal'),
    pidOf(space, 'unconfined', { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
    pidOf(space, 'privileged', { securityContext: { privileged: true } }),
  ]);
  t.deepEqual(await Promise.all([normal, unconfined, privileged].map((pid) => processStatus(pid, 'Seccomp'))), [
    '2',
    '0',
    '0',
  ]);
  // A user namespace needs no capability, so that only the filter can refuse it.
  const unshare = 'unshare -U true 2>&1 || echo refused';
  t.regex(await space.shell('refused', unshare), /Operation not permitted[^]*refused/);
});

scenario('no_new_privs, a read-only root and masked paths are what the process gets', async (t, space) => {
  const pid = await pidOf(space, 'locked', {
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
  });
  t.is(await processStatus(pid, 'NoNewPrivs'), '1');
  t.is(await processStatus(await pidOf(space, 'open'), 'NoNewPrivs'), '0');
  const probe = [
    'touch /etc/x 2>/dev/null || echo ro',
    'touch /dev/shm/x && echo shm',
    '(echo x > /proc/sys/kernel/domainname) 2>/dev/null || echo proc-ro',
    'touch /sys/x 2>/dev/null || echo sys-ro',
    'for file in kcore keys timer_list; do head -c1 /proc/$file 2>/dev/null; done | wc -c',
  ].join('; ');
  const readOnly = await space.shell('probe', probe, { securityContext: { readOnlyRootFilesystem: true } });
  t.deepEqual(readOnly.trim().split('\n'), ['ro', 'shm', 'proc-ro', 'sys-ro', '0']);
  t.is(await space.shell('writable', 'touch /etc/x && echo written'), 'written\n');
  t.is(await space.shell('devices', 'ls /dev/kmsg /dev/mem 2>/dev/null | wc -l'), '0\n');
});

scenario(
  'a container has its own host name, pids and loopback, or the machine’s network when asked',
  async (t, space) => {
    const script =
      'hostname; echo $$$$; ls /sys/class/net | tr "\\n" " "; echo; cat /etc/hosts | grep -c "$(hostname)"';
    const [own, named] = await Promise.all([
      space.shell('own', script),
      space.shell('named', script, { hostname: 'custom' }),
    ]);
    t.deepEqual(own.trim().split('\n').slice(0, 3), ['own', '1', 'eth0 lo ']);
    t.deepEqual(named.trim().split('\n').slice(0, 3), ['custom', '1', 'eth0 lo ']);
    const alone = await space.shell('alone', 'ls /sys/class/net', { networkMode: 'none' });
    t.is(alone, 'lo\n');
    const up = await space.shell(
      'loopback',
      'ifconfig lo | grep -c UP; ping -c1 -W1 127.0.0.1 >/dev/null && echo answered',
    );
    t.is(up, '1\nanswered\n');
    const pid = await pidOf(space, 'host', { hostNetwork: true });
    t.is(await netns(pid), await netns(process.pid));
    t.not(await netns(await pidOf(space, 'none')), await netns(process.pid));
    const seen = (await readFile(`/proc/${pid}/net/dev`, 'utf8')).split('\n').length;
    t.true(seen > Object.keys(networkInterfaces()).length);
    t.is(await space.shell('host-name', 'hostname', { hostNetwork: true }), 'host-name\n');
  },
);

async function netns(pid: number): Promise<string> {
  return readlink(`/proc/${pid}/ns/net`);
}

scenario('an init reaps orphans, passes signals on and tells the exit code of the command', async (t, space) => {
  const script =
    '(sleep 0.05 &) ; (sleep 0.05 &) ; sleep 0.5; cat /proc/[0-9]*/stat | grep -c ") Z "; cat /proc/1/comm';
  const output = await space.shell('reaped', script, { init: true });
  t.deepEqual(output.trim().split('\n')[0], '0');
  t.regex(output, /tini|init/);
  const asked = 'trap "exit 9" TERM; echo ready; while true; do sleep 0.1; done';
  await space.container('asked', { command: ['sh', '-c', asked], init: true, restartPolicy: 'Never' });
  const { status } = await space.running('asked');
  for (let seen = ''; !seen.includes('ready');) seen = await space.logs('asked');
  process.kill(status?.pid ?? 0, 'SIGTERM');
  const ended = await space.until('Container', 'asked', 'ended', (object) =>
    /"exitCode":9/.test(JSON.stringify(object)),
  );
  t.truthy(ended);
});

scenario(
  'the image’s user, working directory, entrypoint and environment hold unless the spec says otherwise',
  async (t, space) => {
    t.is(await space.shell('cwd', 'pwd', { workingDir: '/home/app' }), '/home/app\n');
    t.is(await space.shell('made', 'pwd', { workingDir: '/not/there/yet' }), '/not/there/yet\n');
    t.regex(await space.shell('path', 'echo $PATH'), /\/usr\/bin/);
  },
);
