import test from 'ava';
import { buildOciSpec, cgroupsPath, type SpecEnvironment } from '../../../runtime/containerd/spec/build.ts';
import type { OciSpec } from '../../../runtime/containerd/spec/oci.ts';
import { createSeccompProfiles } from '../../../runtime/containerd/spec/seccomp/cache.ts';
import { allCapabilities } from '../../../runtime/containerd/spec/capabilities.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { InstanceSpec } from '../../../runtime/ports/containers.ts';
import * as values from '../../../schemas/values/capabilities.ts';
import { environment, facts, instance, rootlessFacts } from './fixtures.ts';

type Document = OciSpec & { linux: { seccomp?: { syscalls: unknown[] } } };

const parse = (spec: InstanceSpec, given: SpecEnvironment = environment): Document =>
  JSON.parse(new TextDecoder().decode(buildOciSpec(spec, given))) as Document;
const secure = (changes: Partial<InstanceSpec['security']>): Partial<InstanceSpec> => ({
  security: { ...instance([]).security, ...changes },
});
const types = (document: Document): string[] => document.linux.namespaces.map((namespace) => namespace.type);
const mountAt = (document: Document, destination: string) =>
  document.mounts.filter((mount) => mount.destination === destination);

test('an instance gets namespaces, cgroup, seccomp and the masked paths of its own', (t) => {
  const document = parse(instance(['true']));
  t.deepEqual(types(document), ['pid', 'ipc', 'uts', 'mount', 'network']);
  t.is(document.linux.cgroupsPath, '/tsmoby/store-1/uid-1');
  t.true(document.linux.maskedPaths?.includes('/proc/kcore'));
  t.deepEqual(document.linux.resources?.devices, [{ allow: false, access: 'rwm' }]);
  t.true((document.linux.seccomp?.syscalls.length ?? 0) > 3);
  t.is(document.hostname, 'web');
  t.is(document.process.oomScoreAdj, 0);
});

test('the profile is the same whether it comes from the shared cache or not', (t) => {
  const seccomp = createSeccompProfiles('amd64');
  const cached = buildOciSpec(instance(['true']), { facts, seccomp });
  t.deepEqual(cached, buildOciSpec(instance(['true']), { facts }));
  t.deepEqual(cached, buildOciSpec(instance(['true']), { facts, seccomp }));
});

test('the host network means no network namespace and no sysctls of ours', (t) => {
  const document = parse(instance(['true'], { sandbox: { mode: 'host' } }));
  t.false(types(document).includes('network'));
  t.is(document.linux.sysctl, undefined);
});

test('a sandbox with a namespace file is joined', (t) => {
  const document = parse(instance(['true'], { sandbox: { mode: 'cni', netnsPath: '/run/netns/a' } }));
  t.deepEqual(document.linux.namespaces.at(-1), { type: 'network', path: '/run/netns/a' });
});

test('a sandbox that needs a namespace file and has none is refused', (t) => {
  const error = t.throws(() => buildOciSpec(instance(['true'], { sandbox: { mode: 'cni' } }), environment));
  t.true(error instanceof RuntimeError && error.code === 'InvalidArgument');
});

test('cgroup v2 adds a cgroup namespace', (t) => {
  const document = parse(instance(['true']), {
    facts: { ...facts, cgroups: { version: 2, controllers: ['memory', 'cpu', 'pids'] } },
  });
  t.true(types(document).includes('cgroup'));
});

test('privileged means all capabilities, writable sysfs, all devices, no mask and no filter', (t) => {
  const device = { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 } as const;
  const document = parse(instance(['true'], secure({ privileged: true })), {
    facts,
    devices: () => [device],
  });
  t.deepEqual(document.process.capabilities.effective, allCapabilities());
  t.true(mountAt(document, '/sys')[0]?.options.includes('rw'));
  t.deepEqual(document.linux.devices, [device]);
  t.deepEqual(document.linux.resources?.devices, [{ allow: true, access: 'rwm' }]);
  t.is(document.linux.maskedPaths, undefined);
  t.is(document.linux.seccomp, undefined);
});

test('Unconfined means no filter and nothing else', (t) => {
  const document = parse(instance(['true'], secure({ seccomp: 'Unconfined' })));
  t.is(document.linux.seccomp, undefined);
  t.true((document.linux.maskedPaths?.length ?? 0) > 0);
});

test('a user other than root holds no capability, but may gain those of the bounding set', (t) => {
  const spec = instance(['true']);
  const document = parse({
    ...spec,
    process: { ...spec.process, user: { uid: 1000, gid: 1000, additionalGids: [7] } },
  });
  t.deepEqual(document.process.capabilities.effective, []);
  t.deepEqual(document.process.capabilities.bounding, spec.security.capabilities);
  t.deepEqual(document.process.user, { uid: 1000, gid: 1000, additionalGids: [7] });
});

test('the init goes before the command and is mounted read-only', (t) => {
  const document = parse(instance(['sleep', '1'], { init: true }), { facts, initPath: '/usr/bin/tini-static' });
  t.deepEqual(document.process.args, ['/dev/tsmoby-init', '--', 'sleep', '1']);
  t.true(mountAt(document, '/dev/tsmoby-init')[0]?.options.includes('ro'));
});

test('an init that the machine has not is Unsupported and says which package', (t) => {
  const error = t.throws(() => buildOciSpec(instance(['true'], { init: true }), environment), {
    instanceOf: RuntimeError,
  });
  t.is(error.code, 'Unsupported');
  t.regex(error.message, /package tini/);
});

test("the caller's mounts come after the defaults, shallow before deep, and take their place", (t) => {
  const bind = (destination: string, readOnly = false) =>
    ({ type: 'bind', source: '/src', destination, readOnly }) as const;
  const document = parse(
    instance(['true'], {
      mounts: [
        bind('/a/b/c'),
        bind('/a', true),
        { type: 'tmpfs', source: '', destination: '/dev/shm/', readOnly: false, sizeBytes: 4096 },
      ],
    }),
  );
  const own = document.mounts.slice(-3).map((mount) => [mount.destination, ...mount.options].join(' '));
  t.deepEqual(own, [
    '/a rbind rprivate ro',
    '/dev/shm nosuid nodev mode=1777 size=4096 rw',
    '/a/b/c rbind rprivate rw',
  ]);
  t.is(mountAt(document, '/dev/shm').length, 1);
});

for (const destination of ['relative', '/', '/a/../b', '/a\0b']) {
  test(`the mount path ${JSON.stringify(destination)} is refused`, (t) => {
    const spec = instance(['true'], { mounts: [{ type: 'bind', source: '/', destination, readOnly: true }] });
    t.is(t.throws(() => buildOciSpec(spec, environment), { instanceOf: RuntimeError }).code, 'InvalidArgument');
  });
}

test('an empty command and NUL bytes are refused', (t) => {
  t.throws(() => buildOciSpec(instance([]), environment), { message: /no command/ });
  t.throws(() => buildOciSpec(instance(['']), environment), { message: /no command/ });
  t.throws(() => buildOciSpec(instance(['a\0b']), environment), { message: /NUL/ });
});

test('rootless without delegation: no cgroup, no limits, no device rules, no score', (t) => {
  const document = parse(instance(['true'], { resources: { memoryBytes: 1 << 20, pids: 5 } }), {
    facts: rootlessFacts,
  });
  t.is(document.linux.cgroupsPath, undefined);
  t.deepEqual(document.linux.resources, {});
  t.is(document.process.oomScoreAdj, undefined);
  t.deepEqual(mountAt(document, '/sys/fs/cgroup'), []);
  t.is(cgroupsPath('a', { facts: rootlessFacts }), undefined);
});

test('rootless on the host network binds /sys, as the kernel refuses to mount it', (t) => {
  const document = parse(instance(['true'], { sandbox: { mode: 'host' } }), { facts: rootlessFacts });
  t.deepEqual(mountAt(document, '/sys')[0]?.type, 'bind');
});

test('open files and the OOM score are never better than our own', (t) => {
  const given = { facts: rootlessFacts, hardLimits: new Map([['nofile', 800]]), oomScoreAdj: 200 };
  const document = parse(instance(['true']), given);
  t.deepEqual(document.process.rlimits, [{ type: 'RLIMIT_NOFILE', hard: 800, soft: 800 }]);
  t.is(document.process.oomScoreAdj, 200);
  t.deepEqual(parse(instance(['true']), { facts, hardLimits: new Map([['nofile', 1e6]]) }).process.rlimits, [
    { type: 'RLIMIT_NOFILE', hard: 524_288, soft: 1024 },
  ]);
});

test('both lists of capabilities are the same', (t) => {
  t.deepEqual(allCapabilities(), values.allCapabilities());
});
