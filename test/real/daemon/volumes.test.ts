import { access, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { ContainerSpec, Volume } from '../../../schemas/gen/types.ts';
import { buildBusyboxArchive } from '../../../tools/busybox-image/archive.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';
import { makeFolder } from '../../support/interruption.ts';

const ALLOWED = '/tmp/tsm-host-allowed';
const scenario = onDaemon(test, { allowHostPath: [ALLOWED] });

test.after.always('the host paths are gone', () => rm(ALLOWED, { recursive: true, force: true }));

/** Mounts a Volume at /data. */
const mounting = (name: string, more: object = {}): Partial<ContainerSpec> => ({
  volumes: [{ name: 'data', volume: { name } }],
  volumeMounts: [{ name: 'data', mountPath: '/data', ...more }],
});

const hostPath = (path: string, type?: string): Partial<ContainerSpec> => ({
  volumes: [{ name: 'data', hostPath: { path, ...(type === undefined ? {} : { type }) } }] as never,
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
});

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function volume(space: Space, name: string, spec: object): Promise<Volume> {
  await space.apply({ kind: 'Volume', name, spec });
  return space.ready<Volume>('Volume', name);
}

scenario('what is written survives the container, and is shared with others', async (t, space) => {
  await volume(space, 'data', { reclaimPolicy: 'Delete' });
  await space.shell('writer', 'echo kept > /data/file', mounting('data'));
  await space.remove('Container', 'writer');
  t.is(await space.shell('reader', 'cat /data/file', mounting('data', { readOnly: true })), 'kept\n');
  t.is(
    await space.shell('denied', 'touch /data/x 2>/dev/null || echo read-only', mounting('data', { readOnly: true })),
    'read-only\n',
  );
  await space.shell('maker', 'mkdir -p /data/deep/er && echo sub > /data/deep/er/file', mounting('data'));
  t.is(await space.shell('sub', 'cat /data/file', mounting('data', { subPath: 'deep/er' })), 'sub\n');
});

scenario('retained data is found by the next Volume of the name; deleted data is gone', async (t, space) => {
  const kept = await volume(space, 'kept', { reclaimPolicy: 'Retain' });
  const gone = await volume(space, 'gone', { reclaimPolicy: 'Delete' });
  for (const name of ['kept', 'gone']) await space.shell(`write-${name}`, 'echo x > /data/file', mounting(name));
  for (const name of ['kept', 'gone']) await space.remove('Container', `write-${name}`);
  for (const name of ['kept', 'gone']) await space.remove('Volume', name);
  t.true(await exists(join(kept.status?.path ?? '', 'file')));
  t.false(await exists(gone.status?.path ?? ''));
  await volume(space, 'kept', { reclaimPolicy: 'Delete' });
  t.is(await space.shell('again', 'cat /data/file', mounting('kept')), 'x\n');
});

scenario('a Volume that is mounted waits with its end for its users, and names them', async (t, space) => {
  await volume(space, 'data', { reclaimPolicy: 'Delete' });
  await space.container('user', { command: ['sleep', '600'], ...mounting('data') });
  await space.running('user');
  await space.daemon.client.delete(space.ref('Volume', 'data'));
  t.regex((await space.condition('Volume', 'data', 'Reconciling', 'InUse')).message, /user/);
  await space.remove('Container', 'user');
  await space.gone('Volume', 'data');
  t.pass();
});

scenario('data that vanished is never replaced by an empty directory unasked', async (t, space) => {
  const { status, metadata } = await volume(space, 'data', { reclaimPolicy: 'Delete' });
  await rm(status?.path ?? '', { recursive: true });
  await space.apply({ kind: 'Volume', name: 'data', labels: { look: 'again' }, spec: { reclaimPolicy: 'Retain' } });
  const stalled = await space.condition('Volume', 'data', 'Stalled', 'VolumeDataMissing');
  t.regex(stalled.message, /tsmoby\.dev\/recreate/);
  await space.apply({
    kind: 'Volume',
    name: 'data',
    annotations: { 'tsmoby.dev/recreate': metadata.uid },
    spec: { reclaimPolicy: 'Delete' },
  });
  await space.ready('Volume', 'data');
  t.true(await exists(status?.path ?? ''));
});

scenario('an empty volume gets the image’s content at its first use, owners and modes kept', async (t, space) => {
  const path = join(space.daemon.folder, 'seed.tar');
  await buildBusyboxArchive({
    output: path,
    name: 'seed:v1',
    files: {
      'data/own': { content: 'from the image', mode: 0o640, uid: 1000, gid: 2000 },
      'data/run': { content: '#!/bin/sh\n', mode: 0o4755 },
      'data/sub/deep': { content: 'deep', mode: 0o600 },
      'data/link': { link: 'own' },
    },
  });
  await space.apply({ kind: 'Image', name: 'seed', spec: { reference: 'seed:v1', archive: { path } } });
  await space.ready('Image', 'seed');
  await volume(space, 'data', { reclaimPolicy: 'Delete', populate: 'Image' });
  const look = 'cd /data; stat -c "%n %a %u %g" own run sub/deep; readlink link; cat own sub/deep';
  const seeded = { image: 'seed:v1', ...mounting('data') };
  const expected = 'own 640 1000 2000\nrun 4755 0 0\nsub/deep 600 0 0\nown\nfrom the imagedeep';
  t.is(await space.shell('first', `${look}; rm own`, seeded), expected);
  t.is(await space.shell('second', 'ls /data', seeded), 'link\nrun\nsub\n');
  t.true((await space.get<Volume>('Volume', 'data')).status?.populated);
});

scenario('a tmpfs has its size, is memory, and is shared', async (t, space) => {
  await volume(space, 'memory', { tmpfs: { sizeLimit: '1Mi' } });
  const script =
    'grep " /data " /proc/mounts | cut -d" " -f3; head -c 2097152 /dev/zero > /data/big 2>/dev/null || echo full';
  t.is(await space.shell('fill', script, mounting('memory')), 'tmpfs\nfull\n');
  t.regex(await space.shell('other', 'wc -c < /data/big', mounting('memory')), /^1048576\n$/);
  const scratch: Partial<ContainerSpec> = {
    volumes: [
      { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      { name: 'disk', emptyDir: {} },
    ],
    volumeMounts: [
      { name: 'memory', mountPath: '/memory' },
      { name: 'disk', mountPath: '/disk' },
    ],
  };
  const both =
    'grep -c " /memory tmpfs " /proc/mounts; ls -A /memory /disk | wc -l; touch /disk/x /memory/x && echo ok';
  t.is(await space.shell('scratch', both, scratch), '1\n3\nok\n');
});

scenario('a host path is mounted where the daemon allows it, and nowhere else', async (t, space) => {
  await mkdir(join(ALLOWED, 'shared'), { recursive: true });
  await writeFile(join(ALLOWED, 'shared/file'), 'of the host');
  t.is(
    await space.shell('read', 'cat /data/file; echo back > /data/answer', hostPath(join(ALLOWED, 'shared'))),
    'of the host',
  );
  t.is(await readFile(join(ALLOWED, 'shared/answer'), 'utf8'), 'back\n');

  const secret = await makeFolder('/tmp/tsm-host-secret-');
  try {
    for (const [name, path] of [
      ['outside', secret],
      ['parent', join(ALLOWED, '..')],
      ['prefix', `${ALLOWED}-not`],
    ] as const) {
      await space.container(name, { command: ['true'], ...hostPath(path) });
      t.regex((await space.condition('Container', name, 'Stalled', 'HostPathNotAllowed')).message, /--allow-host-path/);
    }
    await space.apply({ kind: 'Volume', name: 'outside', spec: { hostPath: { path: secret } } });
    t.truthy(await space.condition('Volume', 'outside', 'Stalled', 'HostPathNotAllowed'));
  } finally {
    await rm(secret, { recursive: true, force: true });
  }
});

scenario('a host path that is missing or of another type is told, and made only when asked', async (t, space) => {
  await mkdir(ALLOWED, { recursive: true });
  await writeFile(join(ALLOWED, 'file'), '');
  await space.container('missing', { command: ['true'], ...hostPath(join(ALLOWED, 'missing'), 'Directory') });
  await space.container('type', { command: ['true'], ...hostPath(join(ALLOWED, 'file'), 'Directory') });
  t.truthy(await space.condition('Container', 'missing', 'Reconciling', 'HostPathNotFound'));
  t.truthy(await space.condition('Container', 'type', 'Reconciling', 'HostPathWrongType'));
  t.false(await exists(join(ALLOWED, 'missing')));
  await space.shell('made', 'touch /data/x', hostPath(join(ALLOWED, 'made'), 'DirectoryOrCreate'));
  t.true((await stat(join(ALLOWED, 'made/x'))).isFile());
});
