/** What of limits, devices and settings of the kernel is refused, as their users meet it. */
import test from 'ava';
import { container } from '../../schemas/definitions/container.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const structural = compileStructural(container.schema);
const issues = (spec: object): string[] =>
  structural
    .validate(structural.applyDefaults({ spec: { image: 'busybox', ...spec } }))
    .map(({ path, message }) => `${path}: ${message.replace(/^Invalid value: /, '')}`)
    .filter((issue) => !issue.includes('some validation rules were not checked'));

const sysctl = (name: string, more: object = {}): object => ({
  securityContext: { sysctls: [{ name, value: '1' }] },
  ...more,
});
const ulimit = (limit: object): object => ({ ulimits: [{ name: 'nofile', soft: 10, ...limit }] });
const device = (more: object): object => ({ devices: [{ hostPath: '/dev/fuse', ...more }] });

for (const [title, spec] of Object.entries({
  'one number for both': ulimit({}),
  'no hard limit': ulimit({ hard: -1 }),
  'no limit at all': ulimit({ soft: -1, hard: -1 }),
  'a device under another name, to be read': device({ containerPath: '/dev/f', permissions: 'r' }),
  'a directory of devices': device({ hostPath: '/dev/dri' }),
  'net.* of its own network': sysctl('net.ipv4.conf.all.rp_filter'),
  'net.* without a network': sysctl('net.core.somaxconn', { networkMode: 'none' }),
  'kernel.* of its own IPC': sysctl('kernel.shm_rmid_forced'),
  'kernel.domainname': sysctl('kernel.domainname', { hostIPC: true, hostNetwork: true }),
  'fs.mqueue.*': sysctl('fs.mqueue.msg_max'),
  'groups by number and name': { securityContext: { supplementalGroups: [5, 'video'] } },
})) {
  test(`accepted: ${title}`, (t) => t.deepEqual(issues(spec), []));
}

for (const [title, spec, expected] of [
  ['a soft limit above the hard one', ulimit({ hard: 9 }), /^spec\.ulimits\[0\]\.soft: soft is not above hard$/],
  ['no soft limit below a hard one', ulimit({ soft: -1, hard: 9 }), /soft is not above hard/],
  ['a limit that the kernel does not know', ulimit({ name: 'files' }), /^spec\.ulimits\[0\]\.name/],
  ['a device outside of /dev', device({ hostPath: '/srv/sda' }), /^spec\.devices\[0\]\.hostPath/],
  ['all devices', device({ hostPath: '/dev/' }), /^spec\.devices\[0\]\.hostPath/],
  ['a way out of /dev', device({ containerPath: '/dev/../etc/x' }), /containerPath has no \. and \.\./],
  ['permissions that are none', device({ permissions: 'x' }), /permissions/],
  ['a setting of the machine', sysctl('vm.swappiness'), /^spec\.securityContext\.sysctls: a container has net\.\*/],
  ['the name of the machine', sysctl('kernel.hostname'), /all others are set on the machine/],
  ['a name with a slash', sysctl('net.core/somaxconn'), /^spec\.securityContext\.sysctls\[0\]\.name/],
  ['net.* of the machine', sysctl('net.core.somaxconn', { hostNetwork: true }), /net\.\* belongs to the network/],
  ['net.* of another', sysctl('net.core.somaxconn', { networkMode: 'container:db' }), /net\.\* belongs to the network/],
  ['IPC of the machine', sysctl('kernel.shmmax', { hostIPC: true }), /with hostIPC/],
] as const) {
  test(`refused: ${title}`, (t) => {
    const found = issues(spec);
    t.is(found.length, 1, found.join('\n'));
    t.regex(found[0] ?? '', expected);
  });
}
