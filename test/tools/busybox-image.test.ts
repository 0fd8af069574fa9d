import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { extract, type Header } from 'tar-stream';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { buildBusyboxImage, digestOf, type BuiltImage } from '../../tools/busybox-image/image.ts';
import { makeFolder } from '../support/interruption.ts';

/** Stands for the real program: prints its applets when asked. */
const busybox = join(import.meta.dirname, 'fixtures/busybox.sh');

async function entriesOf(tar: Uint8Array): Promise<Map<string, { header: Header; content: Buffer }>> {
  const entries = new Map<string, { header: Header; content: Buffer }>();
  const reader = Readable.from([tar]).pipe(extract());
  for await (const entry of reader)
    entries.set(entry.header.name, { header: entry.header, content: await buffer(entry) });
  return entries;
}

async function layerOf(image: BuiltImage, index: number): Promise<ReturnType<typeof entriesOf>> {
  const descriptor = image.layers[index];
  const blob = image.blobs.get(descriptor?.digest ?? '') ?? Buffer.alloc(0);
  return entriesOf(descriptor?.mediaType.endsWith('gzip') === true ? gunzipSync(blob) : blob);
}

test('the same input gives the same digests', async (t) => {
  const options = { busybox, files: { '/etc/motd': 'hello' }, config: { cmd: ['true'] } };
  const [first, second] = [await buildBusyboxImage(options), await buildBusyboxImage(options)];
  t.deepEqual(first.manifest, second.manifest);
  t.notDeepEqual(first.manifest, (await buildBusyboxImage({ busybox })).manifest);
});

test('every blob has the digest it is filed under, and every diff id is that of the plain layer', async (t) => {
  const image = await buildBusyboxImage({ busybox, files: { a: 'b' } });
  for (const [digest, bytes] of image.blobs) t.is(digestOf(bytes), digest);
  for (const [index, layer] of image.layers.entries()) {
    const bytes = image.blobs.get(layer.digest);
    t.is(digestOf(gunzipSync(bytes ?? Buffer.alloc(0))), image.diffIds[index] ?? '');
  }
});

test('the first layer has applet links, users, and a sticky /tmp', async (t) => {
  const entries = await layerOf(await buildBusyboxImage({ busybox }), 0);
  t.is(entries.get('bin/sh')?.header.linkname, '/bin/busybox');
  t.is(entries.get('usr/bin/env')?.header.linkname, '/bin/busybox');
  t.is(entries.get('bin/busybox')?.header.mode, 0o755);
  t.is(entries.get('tmp')?.header.mode, 0o1777);
  t.regex(entries.get('etc/passwd')?.content.toString() ?? '', /^app:x:1000:1000:/m);
});

test('parents of files come before them', async (t) => {
  const entries = await layerOf(
    await buildBusyboxImage({ busybox, compression: 'none', files: { '/srv/www/x': '1' } }),
    1,
  );
  t.deepEqual([...entries.keys()], ['srv', 'srv/www', 'srv/www/x']);
});

test('an OCI archive is a layout whose index names the image', async (t) => {
  const directory = await makeFolder(join(tmpdir(), 'tsmoby-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const output = join(directory, 'deep/image.tar');
  const image = await buildBusyboxArchive({ output, name: 'tsmoby.dev/web:v1', busybox });
  const entries = await entriesOf(await readFile(output));
  const index = JSON.parse(entries.get('index.json')?.content.toString() ?? '{}') as { manifests: object[] };
  t.like(index.manifests[0], {
    digest: image.manifest.digest,
    annotations: { 'org.opencontainers.image.ref.name': 'v1', 'io.containerd.image.name': 'tsmoby.dev/web:v1' },
  });
  t.true(entries.has(`blobs/sha256/${image.manifest.digest.slice(7)}`));
});

test('a docker archive has plain layers and repository tags', async (t) => {
  const directory = await makeFolder(join(tmpdir(), 'tsmoby-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const output = join(directory, 'image.tar');
  const image = await buildBusyboxArchive({ output, name: 'web:v1', format: 'docker', busybox });
  const entries = await entriesOf(await readFile(output));
  const manifest = JSON.parse(entries.get('manifest.json')?.content.toString() ?? '[]') as {
    RepoTags: string[];
    Layers: string[];
  }[];
  t.deepEqual(manifest[0]?.RepoTags, ['web:v1']);
  t.is(digestOf(entries.get(manifest[0]?.Layers[0] ?? '')?.content ?? Buffer.alloc(0)), image.diffIds[0] ?? '');
});
