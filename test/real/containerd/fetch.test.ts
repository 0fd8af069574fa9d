import test, { type ExecutionContext } from 'ava';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzip, zstdCompress } from 'node:zlib';
import { isRuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import type { ImageRecord, LoadRequest, PullRequest } from '../../../runtime/ports/images.ts';
import { writeArchive } from '../../../tools/busybox-image/archive.ts';
import { buildBusyboxImage, type BuiltImage } from '../../../tools/busybox-image/image.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';
import { openWorld, type ContainerdWorld } from '../../support/containerd-world.ts';
import { publish } from '../../support/test-image.ts';

let daemon: TestContainerd;

test.before(async () => {
  daemon = await startContainerd();
});

test.after.always(async () => {
  await daemon[Symbol.asyncDispose]();
});

const owner = { kind: 'Image', namespace: 'default', name: 'app', uid: 'uid' };
const REFERENCE = 'registry.test/team/app:1';

const pullOf = (world: ContainerdWorld, changes: Partial<PullRequest> = {}): PullRequest => ({
  name: 'image/1',
  owner,
  labels: {},
  reference: REFERENCE,
  platform: `linux/${world.facts.architecture}`,
  insecure: true,
  ...changes,
});

const loadOf = (world: ContainerdWorld, path: string, select?: string): LoadRequest => ({
  name: 'image/1',
  owner,
  labels: {},
  path,
  platform: `linux/${world.facts.architecture}`,
  ...(select === undefined ? {} : { select }),
});

const pull = (world: ContainerdWorld, changes: Partial<PullRequest> = {}, signal?: AbortSignal): Promise<ImageRecord> =>
  world.containerd.images.pull(pullOf(world, changes), () => undefined, signal);

const load = (world: ContainerdWorld, path: string, select?: string): Promise<ImageRecord> =>
  world.containerd.images.load(loadOf(world, path, select), () => undefined);

/** Of content that no other test has: containerd shares blobs between namespaces. `megabytes` that do not compress. */
function uniqueImage(megabytes = 0): Promise<BuiltImage> {
  const files = {
    '/unique': { content: randomBytes(16).toString('hex'), mode: 0o644 },
    ...(megabytes === 0 ? {} : { '/large': { content: randomBytes(megabytes * 1024 * 1024), mode: 0o644 } }),
  };
  return buildBusyboxImage({ files });
}

async function fails(t: ExecutionContext, call: Promise<unknown>, code: RuntimeErrorCode, text: RegExp): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  t.true(isRuntimeError(error, code), `expected ${code}, got ${String(error)}`);
  t.regex(String(error), text);
}

const lastLayer = (image: BuiltImage): string => image.layers.at(-1)?.digest ?? '';

test('a transfer that breaks off goes on at its offset, within one pull', async (t) => {
  await using world = await openWorld(daemon);
  const image = await uniqueImage(5);
  publish(world.registry, REFERENCE, [image]);
  const digest = lastLayer(image);
  world.registry.breaks.set(digest, [3 * 1024 * 1024 + 100]);
  const record = await pull(world);
  t.true(await world.containerd.images.verify(record));
  const offsets = world.registry.transfers
    .filter((one) => one.startsWith(digest))
    .map((one) => Number(one.split('@')[1]));
  t.is(offsets.length, 2);
  t.true((offsets[1] ?? 0) >= 2 * 1024 * 1024, `went on at ${offsets[1]}`);
});

test('a pull that was stopped is resumed by another daemon, also across a collection', async (t) => {
  await using world = await openWorld(daemon);
  const { registry } = world;
  const image = await uniqueImage(6);
  publish(registry, REFERENCE, [image]);
  const digest = lastLayer(image);
  const stop = new AbortController();
  registry.breaks.set(digest, [4 * 1024 * 1024]);
  registry.beforeBlob = (descriptor) => {
    // The second transfer of this layer is where the daemon is stopped.
    const count = registry.transfers.filter((one) => one.startsWith(digest)).length;
    if (descriptor.digest === digest && count === 2) stop.abort();
    return Promise.resolve();
  };
  await fails(t, pull(world, {}, stop.signal), 'Cancelled', /team\/app:1/);
  delete registry.beforeBlob;
  registry.transfers.length = 0;
  await world.collectGarbage();
  const { images } = await world.reconnect();
  const record = await images.pull(pullOf(world), () => undefined);
  t.true(await images.verify(record));
  const [again] = registry.transfers.filter((one) => one.startsWith(digest));
  t.true(Number(again?.split('@')[1]) >= 3 * 1024 * 1024, `went on at ${again}`);
  t.false(
    registry.transfers.some((one) => one.startsWith(image.layers[0]?.digest ?? '')),
    'the first layer was there',
  );
});

test('a blob that is not what its digest says is Corrupt, leaves nothing, and a good one heals it', async (t) => {
  await using world = await openWorld(daemon);
  const image = await uniqueImage();
  publish(world.registry, REFERENCE, [image]);
  const digest = lastLayer(image);
  const good = world.registry.blobs.get(digest) ?? Buffer.alloc(0);
  const bad = Buffer.from(good);
  bad[20] = (bad[20] ?? 0) ^ 1;
  for (const wrong of [bad, Buffer.concat([good, Buffer.from('x')])]) {
    world.registry.blobs.set(digest, wrong);
    await fails(t, pull(world), 'Corrupt', new RegExp(digest));
  }
  t.deepEqual(await world.containerd.images.list(), []);
  await world.collectGarbage();
  const { statuses } = await world.services.content.listStatuses({ filters: [] });
  t.deepEqual(statuses, []);
  t.deepEqual((await world.services.leases.list({ filters: [] })).leases, []);
  world.registry.blobs.set(digest, good);
  t.true(await world.containerd.images.verify(await pull(world)));
});

test('a layer that unpacks to something else than its diff id is Corrupt', async (t) => {
  await using world = await openWorld(daemon);
  const [image, other] = [await uniqueImage(), await uniqueImage()];
  const manifest = JSON.parse(String(image.blobs.get(image.manifest.digest))) as { layers: unknown[] };
  manifest.layers[1] = other.layers[1];
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  publish(world.registry, 'x', [image, other]);
  world.registry.blobs.set(digest, bytes);
  world.registry.tags.set(REFERENCE, { ...image.manifest, digest, size: bytes.length });
  await fails(t, pull(world), 'Corrupt', /unpacks to/);
});

test('of an index the image for this platform is taken, and only it', async (t) => {
  await using world = await openWorld(daemon);
  const mine = await uniqueImage();
  const foreign = await buildBusyboxImage({ architecture: 's390x', files: { '/f': { content: 'f', mode: 0o644 } } });
  publish(world.registry, REFERENCE, [foreign, mine]);
  const record = await pull(world);
  t.is(record.manifestDigest, mine.manifest.digest);
  t.not(record.digest, record.manifestDigest);
  t.false(world.registry.transfers.some((one) => one.startsWith(lastLayer(foreign))));
  await world.collectGarbage();
  t.true(await world.containerd.images.verify(record), 'the labels of the index keep it');
  await fails(
    t,
    pull(world, { name: 'image/2', platform: 'linux/riscv64' }),
    'NotFound',
    /linux\/riscv64; there is linux\/s390x/,
  );
});

test('six pulls of one image at once fetch each blob once', async (t) => {
  await using world = await openWorld(daemon);
  const image = await uniqueImage(2);
  publish(world.registry, REFERENCE, [image]);
  const names = Array.from({ length: 6 }, (_, n) => `image/${n}`);
  const records = await Promise.all(names.map((name) => pull(world, { name })));
  t.is(new Set(records.map(({ chainId }) => chainId)).size, 1);
  t.is(world.registry.transfers.filter((one) => one.startsWith(lastLayer(image))).length, 1);
  for (const name of names.slice(1)) await world.containerd.images.delete(name);
  const [first] = records;
  t.true(first !== undefined && (await world.containerd.images.verify(first)));
});

test('deleting an image whose pull was interrupted frees what was fetched', async (t) => {
  await using world = await openWorld(daemon);
  const image = await uniqueImage(2);
  publish(world.registry, REFERENCE, [image]);
  world.registry.blobs.delete(lastLayer(image));
  world.registry.beforeBlob = ({ digest }) =>
    digest === lastLayer(image) ? Promise.reject(new Error('the registry is odd')) : Promise.resolve();
  await fails(t, pull(world), 'NotFound', new RegExp(lastLayer(image)));
  await world.containerd.images.delete('image/1');
  await world.collectGarbage();
  const left: string[] = [];
  for await (const { info } of world.services.content.list({ filters: [] }))
    left.push(...info.map(({ digest }) => digest));
  t.deepEqual(left, []);
});

for (const [packing, compress] of [
  ['gzip', promisify(gzip)],
  ['zstd', promisify(zstdCompress)],
] as const) {
  test(`an archive packed with ${packing} is loaded, and a truncated one is Corrupt`, async (t) => {
    await using world = await openWorld(daemon);
    const path = join(world.folder, 'app.tar');
    await writeArchive(path, [{ image: await uniqueImage(1) }]);
    const packed = await compress(await readFile(path));
    await writeFile(path, packed);
    t.true(await world.containerd.images.verify(await load(world, path)));
    await writeFile(path, packed.subarray(0, packed.length / 2));
    await fails(t, load(world, path), 'Corrupt', /app\.tar is broken/);
    const { stdout } = await promisify(execFile)('ls', ['-A', world.folder]);
    t.notRegex(stdout, /\.archive/, 'nothing is left of unpacking it');
  });
}

test('a plain archive that was cut anywhere is Corrupt', async (t) => {
  await using world = await openWorld(daemon);
  const path = join(world.folder, 'app.tar');
  await writeArchive(path, [{ image: await uniqueImage() }]);
  const { length } = await readFile(path);
  for (const size of [length - 1024, Math.floor(length / 2), 700, 511, 0]) {
    await truncate(path, size);
    await fails(t, load(world, path), 'Corrupt', /app\.tar/);
  }
});

test('what is no archive says so', async (t) => {
  await using world = await openWorld(daemon);
  const path = join(world.folder, 'x');
  await writeFile(path, 'this is a text of more than five hundred and twelve bytes. '.repeat(20));
  await fails(t, load(world, path), 'Corrupt', /no tar header at byte 0/);
  await writeFile(path, Buffer.from('BZh91AY&SY'));
  await fails(t, load(world, path), 'InvalidArgument', /bzip2/);
  await promisify(execFile)('mkfifo', [`${path}.fifo`]);
  await fails(t, load(world, `${path}.fifo`), 'InvalidArgument', /neither a file nor a directory/);
  await fails(t, load(world, `${path}.nothing`), 'NotFound', /there is no archive/);
  await promisify(execFile)('tar', ['-cf', path, '-C', world.folder, 'x.fifo']);
  await fails(t, load(world, path), 'Corrupt', /holds no image/);
});

test('of several images one is selected, by name, tag or digest', async (t) => {
  await using world = await openWorld(daemon);
  const path = join(world.folder, 'two.tar');
  const [one, two] = [await uniqueImage(), await uniqueImage()];
  for (const format of ['oci', 'docker'] as const) {
    const images = [
      { image: one, name: 'docker.io/library/one:1' },
      { image: two, name: 'registry.test/two:2' },
    ];
    await writeArchive(path, images, format);
    await fails(
      t,
      load(world, path),
      'InvalidArgument',
      /several images.*docker\.io\/library\/one:1, registry\.test\/two:2/,
    );
    await fails(t, load(world, path, 'three'), 'InvalidArgument', /no image "three"/);
    for (const [select, image] of [
      ['one:1', one],
      ['2', two],
      ['registry.test/two:2', two],
    ] as const) {
      const files = await world.containerd.images.readFiles(await load(world, path, select), ['/unique']);
      t.is(String(files.get('/unique')), uniqueOf(image), `${select} of ${format}`);
    }
  }
  await writeArchive(path, [{ image: one }, { image: two }]);
  t.is((await load(world, path, two.manifest.digest)).manifestDigest, two.manifest.digest);
});

/** The content of /unique, out of the layer itself. */
function uniqueOf(image: BuiltImage): string {
  const tar = gunzipSync(image.blobs.get(lastLayer(image)) ?? Buffer.alloc(0));
  return /[0-9a-f]{32}/.exec(tar.toString('latin1'))?.[0] ?? '';
}

test('an OCI layout directory is loaded, whatever else lies in it', async (t) => {
  await using world = await openWorld(daemon);
  const image = await uniqueImage();
  const folder = join(world.folder, 'layout');
  for (const [digest, bytes] of image.blobs) await put(join(folder, 'blobs', digest.replace(':', '/')), bytes);
  const index = { schemaVersion: 2, manifests: [{ ...image.manifest, annotations: { other: 'x' } }] };
  await put(join(folder, 'index.json'), Buffer.from(JSON.stringify(index)));
  await cp(join(folder, 'index.json'), join(folder, 'README'));
  const record = await load(world, folder);
  t.is(record.digest, image.manifest.digest);
  t.true(await world.containerd.images.verify(record));
});

test('digests that are paths, and archives without their blobs, are Corrupt, also when the content is there', async (t) => {
  await using world = await openWorld(daemon);
  const image = await uniqueImage();
  publish(world.registry, REFERENCE, [image]);
  await pull(world);
  const folder = join(world.folder, 'layout');
  for (const digest of [image.manifest.digest, image.config.digest]) {
    await put(join(folder, 'blobs', digest.replace(':', '/')), image.blobs.get(digest) ?? Buffer.alloc(0));
  }
  await put(join(folder, 'index.json'), Buffer.from(JSON.stringify({ manifests: [image.manifest] })));
  await fails(t, load(world, folder), 'Corrupt', /blob sha256:[0-9a-f]+ is missing or cut short/);
  const evil = { ...image.manifest, digest: 'sha256:../../../etc/passwd' };
  await put(join(folder, 'index.json'), Buffer.from(JSON.stringify({ manifests: [evil] })));
  await fails(t, load(world, folder), 'Corrupt', /digest is not sha256/);
});

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await using file = await open(path, 'w');
  await file.writeFile(bytes);
}
