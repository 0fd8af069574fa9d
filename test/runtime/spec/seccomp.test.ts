import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { seccompProfile } from '../../../runtime/containerd/spec/seccomp/profile.ts';
import {
  allowed,
  allowedOn,
  allowedWith,
  filtered,
  refused,
} from '../../../runtime/containerd/spec/seccomp/syscalls.ts';
import { allCapabilities, defaultCapabilities } from '../../../schemas/values/capabilities.ts';

const names = (lists: Readonly<Record<string, string>>): string[] =>
  Object.values(lists).flatMap((list) => list.split(' '));
const openNames = (capabilities: readonly string[], architecture = 'amd64'): ReadonlySet<string> =>
  new Set(seccompProfile(architecture, capabilities).syscalls[0]?.names);
const rulesFor = (name: string, capabilities: readonly string[]) =>
  seccompProfile('amd64', capabilities).syscalls.filter((rule) => rule.names.includes(name));

test('no call is both allowed and refused, and none stands twice in a list', (t) => {
  const always = [...names(allowed), ...filtered.split(' ')];
  t.is(new Set(always).size, always.length);
  const never = new Set(names(refused));
  t.deepEqual(
    [...always, ...names(allowedWith), ...names(allowedOn)].filter((name) => never.has(name)),
    [],
  );
});

test('every group depends on a capability that exists', (t) => {
  t.deepEqual(
    Object.keys(allowedWith).filter((name) => !allCapabilities().includes(name)),
    [],
  );
});

for (const name of [
  'mount',
  'unshare',
  'setns',
  'bpf',
  'keyctl',
  'add_key',
  'io_uring_setup',
  'reboot',
  'kexec_load',
  'init_module',
]) {
  test(`${name} is not allowed with the default capabilities`, (t) => {
    t.deepEqual(rulesFor(name, defaultCapabilities()), []);
  });
}

test('a capability opens the calls that it is about, and only those', (t) => {
  t.true(openNames(['CAP_SYS_ADMIN']).has('mount'));
  t.false(openNames(['CAP_SYS_ADMIN']).has('init_module'));
  t.true(openNames(['CAP_SYS_MODULE']).has('init_module'));
  t.true(openNames(defaultCapabilities()).has('chroot'));
  t.false(openNames([]).has('chroot'));
});

test('without CAP_SYS_ADMIN clone makes no namespaces and clone3 is not there', (t) => {
  t.deepEqual(rulesFor('clone', []), [
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
  ]);
  t.deepEqual(rulesFor('clone3', []), [{ names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
  t.deepEqual(
    rulesFor('clone3', ['CAP_SYS_ADMIN']).map((rule) => rule.action),
    ['SCMP_ACT_ALLOW'],
  );
});

test('an unknown architecture gets the native filter', (t) => {
  t.deepEqual(seccompProfile('loong64', []).architectures, []);
  t.true(openNames([], 'amd64').has('modify_ldt'));
  t.false(openNames([], 'arm64').has('modify_ldt'));
});

for (const header of ['x86_64-linux-gnu/asm/unistd_64.h', 'x86_64-linux-gnu/asm/unistd_32.h']) {
  const title = `every call of this machine's ${header} was decided on`;
  const path = `/usr/include/${header}`;
  if (!existsSync(path)) {
    test.skip(`${title} (skipped: linux-libc-dev is not installed)`, () => undefined);
    continue;
  }
  test(title, async (t) => {
    const text = await readFile(path, 'utf8');
    const decided = new Set([allowed, allowedOn, allowedWith, refused].flatMap(names).concat(filtered.split(' ')));
    const inHeader = [...text.matchAll(/#define __NR_(\w+)/g)].map((match) => match[1] ?? '');
    t.true(inHeader.length > 300);
    t.deepEqual(
      inHeader.filter((name) => !decided.has(name)),
      [],
    );
  });
}
