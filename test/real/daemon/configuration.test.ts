import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Container, ContainerSpec } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { eventually } from '../../support/eventually.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

const configMap = (space: Space, name: string, data: Record<string, string>) =>
  space.apply({ kind: 'ConfigMap', name, data });

const secret = (space: Space, name: string, stringData: Record<string, string>) =>
  space.apply({ kind: 'Secret', name, stringData });

/** A shell that ends at once when it is asked to, for scripts that wait. */
const waiting = (script: string): string[] => [
  'sh',
  '-c',
  `trap "exit 0" TERM; ${script}; while true; do sleep 0.1; done`,
];

scenario(
  'the environment comes from values, ConfigMaps, Secrets and fields, and refers to itself',
  async (t, space) => {
    await configMap(space, 'settings', { COLOR: 'blue', '1st': 'left out', SIZE: 'small' });
    await secret(space, 'keys', { TOKEN: 'open sesame', EMPTY: '' });
    const object = await space.apply<Container>({
      kind: 'Container',
      name: 'env',
      labels: { app: 'shop' },
      annotations: { note: 'well' },
      spec: {
        image: 'busybox',
        restartPolicy: 'Never',
        command: ['sh', '-c', 'env | sort; echo "args: $0 $*"', '$(COLOR)'],
        args: ['$(SIZE)', '$$(SIZE)', '$(UNKNOWN)'],
        envFrom: [
          { configMapRef: { name: 'settings' } },
          { prefix: 'S_', secretRef: { name: 'keys' } },
          { configMapRef: { name: 'absent', optional: true } },
        ],
        env: [
          { name: 'PLAIN', value: 'as written' },
          { name: 'SIZE', value: 'large' },
          { name: 'BOTH', value: '$(PLAIN) and $(COLOR), not $$(PLAIN)' },
          { name: 'ONE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'COLOR' } } },
          { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'keys', key: 'TOKEN' } } },
          { name: 'NONE', valueFrom: { secretKeyRef: { name: 'keys', key: 'absent', optional: true } } },
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'SPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
          { name: 'UID_OF', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
          { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'NOTE', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['note']" } } },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        ],
      },
    });
    await space.until<Container>('Container', 'env', 'ended', ({ status }) => status?.state?.terminated);
    const lines = (await space.logs('env')).split('\n');
    const expected = [
      'COLOR=blue',
      'S_TOKEN=open sesame',
      'S_EMPTY=',
      'PLAIN=as written',
      'SIZE=large',
      'BOTH=as written and blue, not $(PLAIN)',
      'ONE=blue',
      'SECRET=open sesame',
      'NAME=env',
      `SPACE=${space.namespace}`,
      `UID_OF=${object.metadata.uid}`,
      'LABEL=shop',
      'NOTE=well',
      'NODE=test-machine',
      'HOSTNAME=env',
      'args: blue large $(SIZE) $(UNKNOWN)',
    ];
    for (const line of expected) t.true(lines.includes(line), `${line} is missing in\n${lines.join('\n')}`);
    t.false(lines.some((line) => line.startsWith('NONE=') || line.includes('left out')));
  },
);

scenario('what is missing is waited for by name, and found when it comes', async (t, space) => {
  const wants = (env: NonNullable<ContainerSpec['env']>) => ({ command: ['sleep', '600'], env });
  await space.container('map', wants([{ name: 'A', valueFrom: { configMapKeyRef: { name: 'later', key: 'a' } } }]));
  await space.container('key', wants([{ name: 'A', valueFrom: { secretKeyRef: { name: 'half', key: 'a' } } }]));
  await space.container('files', {
    command: ['sleep', '600'],
    volumes: [{ name: 'files', secret: { secretName: 'files' } }],
    volumeMounts: [{ name: 'files', mountPath: '/files' }],
  });
  await secret(space, 'half', { b: '1' });
  t.regex((await space.condition('Container', 'map', 'Reconciling', 'ConfigMapNotFound')).message, /later/);
  t.regex((await space.condition('Container', 'key', 'Reconciling', 'KeyNotFound')).message, /half.* a/);
  t.regex((await space.condition('Container', 'files', 'Reconciling', 'SecretNotFound')).message, /files/);
  await configMap(space, 'later', { a: '1' });
  await secret(space, 'half', { a: '1', b: '1' });
  await secret(space, 'files', { a: '1' });
  for (const name of ['map', 'key', 'files']) t.is((await space.running(name)).status?.restartCount, 0);
});

scenario('keys become files with modes, at paths, and below a subPath', async (t, space) => {
  await configMap(space, 'site', { 'index.html': 'hello', 'app.conf': 'x=1' });
  await secret(space, 'keys', { token: 'open sesame' });
  const script = [
    'stat -Lc "%n %a %u" /site/index.html /site/app.conf /keys/token /some/deep/renamed /one.conf',
    'cat /site/index.html /keys/token /some/deep/renamed /one.conf',
    'touch /site/no 2>/dev/null || echo read-only',
    'grep -c " /keys tmpfs " /proc/mounts',
  ].join('; ');
  const output = await space.shell('files', script, {
    volumes: [
      { name: 'site', configMap: { name: 'site' } },
      { name: 'some', configMap: { name: 'site', items: [{ key: 'app.conf', path: 'deep/renamed', mode: 0o640 }] } },
      { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o400 } },
      { name: 'gone', configMap: { name: 'absent', optional: true } },
    ],
    volumeMounts: [
      { name: 'site', mountPath: '/site', readOnly: true },
      { name: 'some', mountPath: '/some' },
      { name: 'keys', mountPath: '/keys' },
      { name: 'gone', mountPath: '/gone' },
      { name: 'site', mountPath: '/one.conf', subPath: 'app.conf' },
    ],
  });
  t.deepEqual(output.trim().split('\n'), [
    '/site/index.html 644 0',
    '/site/app.conf 644 0',
    '/keys/token 400 0',
    '/some/deep/renamed 640 0',
    '/one.conf 644 0',
    'helloopen sesamex=1x=1read-only',
    '1',
  ]);
});

scenario(
  'a changed ConfigMap reaches the files of a running container, and its environment at the next start',
  async (t, space) => {
    await configMap(space, 'site', { page: 'first', gone: 'x' });
    const script = 'while true; do echo "$(cat /site/page) $PAGE $(ls /site | wc -l)"; sleep 0.1; done';
    await space.container('web', {
      command: ['sh', '-c', script],
      env: [{ name: 'PAGE', valueFrom: { configMapKeyRef: { name: 'site', key: 'page' } } }],
      volumes: [{ name: 'site', configMap: { name: 'site' } }],
      volumeMounts: [{ name: 'site', mountPath: '/site' }],
    });
    const before = await space.running('web');
    await eventually('it reads the first page', async () => (await space.logs('web')).includes('first first 2'));
    await space.daemon.client.update({
      ...(await space.get<KubeObject>('ConfigMap', 'site')),
      data: { page: 'second' },
    } as never);
    await eventually('it reads the second page', async () => (await space.logs('web')).includes('second first 1'));
    const after = await space.get<Container>('Container', 'web');
    t.is(after.status?.pid, before.status?.pid);
    process.kill(after.status?.pid ?? 0, 'SIGKILL');
    await eventually('it starts with the second page', async () =>
      (await space.logs('web')).includes('second second 1'),
    );
  },
);

scenario(
  'a changed ConfigMap: its files have their owners, then the process is told by a signal or a command',
  async (t, space) => {
    await configMap(space, 'site', { page: 'first' });
    const script =
      'trap "echo told \\$(cat /site/page)" HUP; trap "exit 0" TERM; stat -Lc "%u:%g %a" /site/page; while true; do sleep 0.1; done';
    const mounting = (onChange: object) => ({
      command: ['sh', '-c', script],
      volumes: [{ name: 'site', configMap: { name: 'site', defaultMode: 0o440, defaultUid: 1000, defaultGid: 2000 } }],
      volumeMounts: [{ name: 'site', mountPath: '/site', onChange }],
    });
    await space.container('signal', mounting({ action: 'Signal' }));
    const exec = { command: ['sh', '-c', 'echo ran $(cat /site/page) > /proc/1/fd/1'] };
    await space.container('exec', mounting({ action: 'Exec', exec }));
    const before = await Promise.all(['signal', 'exec'].map((name) => space.running(name)));
    for (const name of ['signal', 'exec']) {
      await eventually('it is there', async () => (await space.logs(name)).includes('1000:2000 440'));
    }
    await space.daemon.client.update({
      ...(await space.get<KubeObject>('ConfigMap', 'site')),
      data: { page: 'second' },
    } as never);
    await eventually('the signal', async () => (await space.logs('signal')).includes('told second'));
    await eventually('the command', async () => (await space.logs('exec')).includes('ran second'));
    const after = await Promise.all(['signal', 'exec'].map((name) => space.running(name)));
    t.deepEqual(
      after.map(({ status }) => status?.pid),
      before.map(({ status }) => status?.pid),
    );
  },
);

scenario('a Secret is never on a disk in plain text, and never in a log', async (t, space) => {
  const value = `needle-${'x'.repeat(8)}-${process.pid}`;
  await secret(space, 'keys', { token: value });
  await space.container('web', {
    command: waiting('true'),
    env: [{ name: 'OTHER', value: 'y' }],
    volumes: [{ name: 'keys', secret: { secretName: 'keys' } }],
    volumeMounts: [{ name: 'keys', mountPath: '/keys' }],
  });
  const { status } = await space.running('web');
  const encoded = Buffer.from(value).toString('base64');
  // The store itself holds it, as etcd does, encoded; its files are readable by root alone.
  const found = await filesContaining(space.daemon.options.dataDir, [value]);
  t.deepEqual(found, []);
  const output = await space.daemon.output();
  t.false(output.includes(value) || output.includes(encoded));
  t.true(await inMemory(status?.pid ?? 0));
});

/** Whether /keys of the process is on a tmpfs. */
async function inMemory(pid: number): Promise<boolean> {
  const mounts = await readFile(`/proc/${pid}/mounts`, 'utf8');
  return mounts.split('\n').some((line) => / \/keys tmpfs /.test(line));
}

async function filesContaining(directory: string, needles: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('/snapshots/'));
  const found = await Promise.all(
    files.map(async (file) => {
      const path = join(file.parentPath, file.name);
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      return needles.some((needle) => bytes.includes(needle)) ? [path] : [];
    }),
  );
  return found.flat();
}
