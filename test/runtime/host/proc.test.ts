import test from 'ava';
import { legacyControllers, toNodeName, toOciArchitecture } from '../../../runtime/host/facts.ts';
import { parseMountinfo } from '../../../runtime/host/mountinfo.ts';
import { parseProcessStat } from '../../../runtime/host/process-stat.ts';

const mountinfo = `23 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw
31 23 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 master:3 - cgroup cgroup rw,cpu,cpuacct
32 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
33 23 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
34 28 0:29 / /mnt/a\\040b\\134c rw - tmpfs tsmoby rw,size=1k
not a line of mountinfo
`;

test('mountinfo gives points with escapes undone, types and options, whatever the optional fields', (t) => {
  const mounts = parseMountinfo(mountinfo);
  t.is(mounts.length, 5);
  t.deepEqual(mounts.at(-1), { mountPoint: '/mnt/a b\\c', type: 'tmpfs', superOptions: ['rw', 'size=1k'] });
  t.is(mounts[1]?.type, 'cgroup');
});

test('controllers of version 1 are those that are mounted, not named hierarchies', (t) => {
  t.deepEqual(legacyControllers(mountinfo), ['cpu', 'cpuacct', 'memory']);
});

test('a program name with spaces and parentheses does not shift the fields of stat', (t) => {
  const tail = Array.from({ length: 30 }, (_, index) => String(index + 100)).join(' ');
  t.deepEqual(parseProcessStat(`42 (a) b) S 7 ${tail}\n`), { state: 'S', parent: 7, startTime: '117' });
  t.is(parseProcessStat(''), undefined);
});

const names: readonly (readonly [given: string, node: string])[] = [
  ['My_Laptop', 'my-laptop'],
  ['-vm-.example.', 'vm.example'],
  ['host.example.org', 'host.example.org'],
  ['___', 'localhost'],
  [`${'a'.repeat(70)}.b`, `${'a'.repeat(63)}.b`],
];
for (const [given, node] of names) {
  test(`host name ${given.slice(0, 20)} is node ${node.slice(0, 20)}`, (t) => t.is(toNodeName(given), node));
}

test('architectures are named as images name them', (t) => {
  t.is(toOciArchitecture('x64'), 'amd64');
  t.is(toOciArchitecture('arm64'), 'arm64');
});
