import test from 'ava';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import {
  conditionOf,
  conditionsText,
  CONFIG_MAP,
  ContainerWorld,
  IMAGE,
  SECRET,
  VOLUME,
} from '../../support/container-world.ts';

const metadata = (name: string) => ({ name, namespace: 'default' });
const mounted = (volume: object): Partial<ContainerSpec> => ({
  volumes: [{ name: 'v', ...volume }],
  volumeMounts: [{ name: 'v', mountPath: '/v' }],
});
const variable = (valueFrom: object): Partial<ContainerSpec> => ({ env: [{ name: 'A', valueFrom }] });

interface Row {
  readonly spec: Partial<ContainerSpec>;
  readonly reason: string;
  readonly message: RegExp;
  readonly remedy: { readonly apiVersion: string; readonly kind: string } & Record<string, unknown>;
}

const config = { ...CONFIG_MAP, metadata: metadata('config'), data: { a: '1' } };
const secret = { ...SECRET, metadata: metadata('secret'), data: { a: 'MQ==' } };

const MISSING: Readonly<Record<string, Row>> = {
  'a ConfigMap for a variable': {
    spec: variable({ configMapKeyRef: { name: 'config', key: 'a' } }),
    reason: 'ConfigMapNotFound',
    message: /ConfigMap default\/config is not there/,
    remedy: config,
  },
  'a ConfigMap for all variables': {
    spec: { envFrom: [{ configMapRef: { name: 'config' } }] },
    reason: 'ConfigMapNotFound',
    message: /config/,
    remedy: config,
  },
  'a Secret for a variable': {
    spec: variable({ secretKeyRef: { name: 'secret', key: 'a' } }),
    reason: 'SecretNotFound',
    message: /Secret default\/secret is not there/,
    remedy: secret,
  },
  'a ConfigMap for files': {
    spec: mounted({ configMap: { name: 'config' } }),
    reason: 'ConfigMapNotFound',
    message: /config/,
    remedy: config,
  },
  'a Secret for files': {
    spec: mounted({ secret: { secretName: 'secret' } }),
    reason: 'SecretNotFound',
    message: /secret/,
    remedy: secret,
  },
  'a Volume': {
    spec: mounted({ volume: { name: 'data' } }),
    reason: 'VolumeNotFound',
    message: /Volume default\/data is not there/,
    remedy: { ...VOLUME, metadata: metadata('data'), spec: {} },
  },
  'an Image by name': {
    spec: { imageFrom: { kind: 'Image', name: 'app' } },
    reason: 'ImageNotReady',
    message: /Image default\/app is not there/,
    remedy: { ...IMAGE, metadata: metadata('app'), spec: { reference: 'app:1' } },
  },
  'an Image for policy Never': {
    spec: { imagePullPolicy: 'Never' },
    reason: 'ErrImageNeverPull',
    message: /app:1/,
    remedy: { ...IMAGE, metadata: metadata('app'), spec: { reference: 'app:1' } },
  },
};

for (const [what, { spec, reason, message, remedy }] of Object.entries(MISSING)) {
  test(`${what} that is missing is waited for, and the container starts when it comes`, async (t) => {
    await using world = await ContainerWorld.open();
    await world.apply('web', spec);
    const { status } = await world.until('waits', 'web', ({ summary }) => summary === reason);
    t.is(status?.phase, 'Pending');
    t.regex(status?.state?.waiting?.message ?? '', message);
    await world.quiet();
    const waiting = await world.get('web');
    t.is(conditionsText(waiting), `Ready=False ${reason}, Reconciling=True ${reason}`);
    t.deepEqual(world.instances(waiting), []);
    await world.user.create(remedy as never);
    const running = await world.running('web');
    t.is(running.status?.restartCount, 0);
    t.is(conditionsText(await world.get('web')), 'Ready=True Running');
    t.deepEqual(await world.costOfNothing(), []);
  });
}

const KEYS: Readonly<Record<string, readonly [Partial<ContainerSpec>, object, object]>> = {
  'of a ConfigMap': [variable({ configMapKeyRef: { name: 'config', key: 'b' } }), config, { data: { b: '2' } }],
  'of a Secret': [variable({ secretKeyRef: { name: 'secret', key: 'b' } }), secret, { data: { b: 'Mg==' } }],
  'among the files': [
    mounted({ configMap: { name: 'config', items: [{ key: 'b', path: 'b' }] } }),
    config,
    { data: { b: '2' } },
  ],
};

for (const [what, [spec, source, patch]] of Object.entries(KEYS)) {
  test(`a key ${what} that is missing is waited for`, async (t) => {
    await using world = await ContainerWorld.open();
    const {
      apiVersion,
      kind,
      metadata: { name, namespace },
    } = await world.user.create(source as never);
    await world.apply('web', spec);
    const { status } = await world.until('waits', 'web', ({ summary }) => summary === 'KeyNotFound');
    t.regex(status?.state?.waiting?.message ?? '', /has no key b/);
    await world.user.patch({ apiVersion, kind, name, namespace: namespace ?? '' }, patch, { type: 'merge' });
    await world.running('web');
  });
}

test('what is optional and missing is done without', async (t) => {
  await using world = await ContainerWorld.open();
  await world.apply('web', {
    ...mounted({ configMap: { name: 'config', optional: true } }),
    envFrom: [{ secretRef: { name: 'secret', optional: true } }],
    env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'config', key: 'a', optional: true } } }],
  });
  const running = await world.running('web');
  t.false(world.controls.instance(world.only(running))?.spec.process.env.some((entry) => entry.startsWith('A=')));
});

const STALLED: Readonly<Record<string, readonly [Partial<ContainerSpec>, string, RegExp, Partial<ContainerSpec>]>> = {
  'a device that is not allowed': [
    { devices: [{ hostPath: '/dev/fuse' }] },
    'HostPathNotAllowed',
    /--allow-host-path/,
    {},
  ],
  'a host path that is not allowed': [
    mounted({ hostPath: { path: '/secret' } }),
    'HostPathNotAllowed',
    /\/secret is not allowed/,
    {},
  ],
  'a user that is not in the image': [{ securityContext: { runAsUser: 'nobody' } }, 'UserNotFound', /"nobody"/, {}],
  'root where it is forbidden': [{ securityContext: { runAsNonRoot: true } }, 'RunAsNonRootViolation', /user 0/, {}],
  'a capability that nobody knows': [{ securityContext: { capabilities: { add: ['FLY'] } } }, 'InvalidSpec', /FLY/, {}],
  'a field that cannot be read': [
    variable({ fieldRef: { fieldPath: 'status.podIP' } }),
    'FieldPathInvalid',
    /status\.podIP/,
    {},
  ],
  'a reference that is none': [{ image: 'UPPER/Case' }, 'InvalidImageName', /image/, { image: 'app:1' }],
};

for (const [what, [spec, reason, message, remedy]] of Object.entries(STALLED)) {
  test(`${what} stalls the container until its spec changes`, async (t) => {
    await using world = await ContainerWorld.open();
    await world.apply('web', spec);
    const object = await world.until('is stalled', 'web', (_, now) => conditionOf(now, 'Stalled'));
    t.is(conditionsText(object), `Ready=False ${reason}, Stalled=True ${reason}`);
    t.regex(conditionOf(object, 'Stalled')?.message ?? '', message);
    t.like(object.status, { phase: 'Pending', summary: reason });
    t.deepEqual(await world.costOfNothing(), []);
    await world.apply('web', remedy);
    await world.running('web');
  });
}

test('a host path that is missing is looked for again', async (t) => {
  const { ManualTime } = await import('../../support/manual-time.ts');
  await using world = await ContainerWorld.open({ time: new ManualTime(), allowHostPaths: ['/srv'] });
  await world.apply('web', mounted({ hostPath: { path: '/srv/data', type: 'Directory' } }));
  await world.until('waits', 'web', ({ summary }) => summary === 'HostPathNotFound');
  await world.runtime.files.makeDirectory('/srv/data');
  await world.until('runs', 'web', ({ state }) => state?.running, 500);
  t.pass();
});

test('a changed ConfigMap reaches the files of a running container, and one that is deleted takes nothing away', async (t) => {
  await using world = await ContainerWorld.open();
  const { user, runtime } = world;
  await user.create(config);
  await world.apply('web', mounted({ configMap: { name: 'config' } }));
  const running = await world.running('web');
  const mount = world.controls
    .instance(world.only(running))
    ?.spec.mounts.find(({ destination }) => destination === '/v');
  const read = async () => Buffer.from((await runtime.files.read(`${mount?.source}/a`)) ?? '').toString();
  t.is(await read(), '1');
  const target = { ...CONFIG_MAP, namespace: 'default', name: 'config' };
  await user.patch(target, { data: { a: '2' } }, { type: 'merge' });
  await world.eventually('it is there', async () => (await read()) === '2');
  await user.delete(target);
  await world.quiet();
  t.is(await read(), '2');
  t.like((await world.get('web')).status, { restartCount: 0, pid: running.status?.pid ?? 0 });
  t.deepEqual(await world.costOfNothing(), []);
});

test('a variable that changed reaches the next run', async (t) => {
  await using world = await ContainerWorld.open();
  await world.user.create(config);
  await world.apply('web', variable({ configMapKeyRef: { name: 'config', key: 'a' } }));
  const running = await world.running('web');
  const id = world.only(running);
  const env = () => world.controls.instance(id)?.spec.process.env ?? [];
  t.true(env().includes('A=1'));
  await world.user.patch(
    { ...CONFIG_MAP, namespace: 'default', name: 'config' },
    { data: { a: '2' } },
    {
      type: 'merge',
    },
  );
  await world.quiet();
  t.is((await world.get('web')).status?.pid, running.status?.pid);
  world.controls.killTask(id);
  await world.running('web', ({ restartCount }) => restartCount === 1);
  t.true(env().includes('A=2'));
});

test('a restart needs neither the registry nor the Image', async (t) => {
  await using world = await ContainerWorld.open();
  await world.user.create({ ...IMAGE, metadata: metadata('app'), spec: { reference: 'app:1' } } as never);
  await world.apply('web', { imageFrom: { kind: 'Image', name: 'app' } });
  const running = await world.running('web');
  await world.user.delete({ ...IMAGE, namespace: 'default', name: 'app' });
  await world.eventually('its record is gone', () => world.runtime.images.records.size === 0);
  await world.quiet();
  t.is(conditionsText(await world.get('web')), 'Ready=True Running');
  world.controls.killTask(world.only(running));
  const again = await world.running('web', ({ restartCount }) => restartCount === 1);
  t.is(world.only(again), world.only(running));
  t.deepEqual(await world.costOfNothing(), []);
});
