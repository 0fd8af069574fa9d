import test from 'ava';
import { cgroupDirectories } from '../../../runtime/containerd/supervisor-cgroups.ts';

const rows: readonly (readonly [line: string, directories: readonly string[]])[] = [
  ['4:memory:/tsmoby/a', ['/sys/fs/cgroup/memory/tsmoby/a']],
  ['2:cpu,cpuacct:/x', ['/sys/fs/cgroup/cpu,cpuacct/x']],
  ['1:name=systemd:/x', ['/sys/fs/cgroup/systemd/x']],
  ['0::/tsmoby/a', ['/sys/fs/cgroup/tsmoby/a', '/sys/fs/cgroup/unified/tsmoby/a']],
  ['3:pids:/', []],
  ['', []],
];

for (const [line, directories] of rows) {
  test(`"${line}" means ${directories.length} directories`, (t) => t.deepEqual(cgroupDirectories(line), directories));
}
