/** Artifacts as sources, those of people who mean harm among them. */
import test from 'ava';
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { SyncSource } from '../../../runtime/ports/sync-sources.ts';
import { digestOf } from '../../suites/registry.ts';
import { archiveOf, describe, FLUX_LAYER, pushArtifact, tarOf, type TestEntry } from './artifacts.ts';
import { failsWith } from './git-world.ts';
import { createSourcesWorld } from './world.ts';

const reference = 'registry.example/team/app:1.0';
const source: SyncSource = { type: 'oci', reference, insecure: false };

test('links within, executables, long names and directories are as they were', async (t) => {
  await using world = await createSourcesWorld();
  const long = `${'d'.repeat(120)}/${'f'.repeat(120)}.yaml`;
  const layer = await archiveOf([
    { name: './', type: 'directory' },
    { name: './deep/er/', type: 'directory' },
    { name: './deep/er/a.yaml', content: 'a' },
    { name: 'run.sh', content: 'x', mode: 0o755 },
    { name: 'up', type: 'symlink', linkname: 'deep/er' },
    { name: 'deep/down', type: 'symlink', linkname: '../run.sh' },
    { name: 'same', type: 'link', linkname: 'run.sh' },
    { name: 'nowhere', type: 'symlink', linkname: 'none' },
    { name: long, content: 'long' },
  ]);
  pushArtifact(world.registry, reference, layer);
  const { path, revision } = await world.sources.fetch('u1', source);
  t.is(revision, `1.0@${world.registry.tags.get(reference)?.digest}`);
  t.is(await world.read(path, 'up/a.yaml'), 'a');
  t.is(await world.read(path, 'deep/down'), 'x');
  t.is(await world.read(path, long), 'long');
  t.is(readlinkSync(join(path, 'up')), 'deep/er');
  t.deepEqual(
    ['run.sh', 'same'].map((name) => statSync(join(path, name)).nlink),
    [1, 1],
  );
  t.is(statSync(join(path, 'run.sh')).mode & 0o777, 0o755);
  t.false(readdirSync(path).includes('nowhere'));
});

const hostile: Readonly<Record<string, readonly TestEntry[]>> = {
  'a name that climbs': [{ name: '../../evil', content: 'x' }],
  'a name that climbs in the middle': [{ name: 'a/../../evil', content: 'x' }],
  'a link out': [{ name: 'out', type: 'symlink', linkname: '../../../../etc' }],
  'an absolute link': [{ name: 'out', type: 'symlink', linkname: '/etc/passwd' }],
  'a link out over another': [
    { name: 'a/b/c', type: 'directory' },
    { name: 'a/b/d', type: 'symlink', linkname: '../..' },
    { name: 'e', type: 'symlink', linkname: 'a/b/d/../..' },
  ],
  'a hard link out': [{ name: 'out', type: 'link', linkname: '../../etc/passwd' }],
  'a hard link to nothing': [{ name: 'out', type: 'link', linkname: '/etc/passwd' }],
  'a file that is a directory, too': [
    { name: 'a', content: 'x' },
    { name: 'a/b', content: 'x' },
  ],
};

for (const [what, entries] of Object.entries(hostile)) {
  test(`an archive with ${what} is refused, and leaves nothing`, async (t) => {
    await using world = await createSourcesWorld();
    pushArtifact(world.registry, reference, await archiveOf(entries));
    await failsWith(t, world.sources.fetch('u1', source), 'Corrupt');
    t.deepEqual(await world.sources.list(), []);
    pushArtifact(world.registry, reference, await tarOf({ a: '1' }));
    const { path } = await world.sources.fetch('u1', source);
    pushArtifact(world.registry, reference, await archiveOf(entries));
    await failsWith(t, world.sources.fetch('u1', source), 'Corrupt');
    t.is(await world.read(path, 'a'), '1');
    t.deepEqual(readdirSync(join(world.dataDirectory, 'sync-sources/u1')), ['trees']);
  });
}

test('a file written through a link of the archive lands in the archive, and links of its name are gone', async (t) => {
  await using world = await createSourcesWorld();
  const layer = await archiveOf([
    { name: 'way', type: 'symlink', linkname: 'there' },
    { name: 'way', content: 'a file' },
    { name: 'null', type: 'character-device', devmajor: 1, devminor: 3 },
    { name: 'pipe', type: 'fifo' },
  ]);
  pushArtifact(world.registry, reference, layer);
  const { path } = await world.sources.fetch('u1', source);
  t.true(lstatSync(join(path, 'way')).isFile());
  t.deepEqual(readdirSync(path), ['way']);
});

test('an archive may have so many bytes and entries, and no more', async (t) => {
  await using world = await createSourcesWorld({ maxArtifactBytes: 100_000, maxArtifactEntries: 10 });
  const fits = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`f${index}`, 'x'.repeat(9000)]));
  pushArtifact(world.registry, reference, await tarOf(fits));
  t.is(readdirSync((await world.sources.fetch('u1', source)).path).length, 10);
  for (const layer of [
    await tarOf({ ...fits, more: '' }),
    await tarOf({ bomb: '\0'.repeat(50_000_000) }),
    gzipSync(randomBytes(150_000)),
  ]) {
    pushArtifact(world.registry, reference, layer);
    await failsWith(t, world.sources.fetch('u1', source), 'InvalidArgument', 'SourceTooLarge');
  }
});

test('what is no archive, or half of one, or another one than promised is Corrupt', async (t) => {
  await using world = await createSourcesWorld();
  const whole = await tarOf({ a: randomBytes(30_000).toString('hex') });
  for (const layer of [Buffer.from('kind: ConfigMap\n'.repeat(100)), whole.subarray(0, 20_000)]) {
    pushArtifact(world.registry, reference, layer);
    await failsWith(t, world.sources.fetch('u1', source), 'Corrupt');
  }
  pushArtifact(world.registry, reference, whole);
  const other = Buffer.from(whole);
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
  world.registry.blobs.set(digestOf(whole), other);
  await failsWith(t, world.sources.fetch('u1', source), 'Corrupt', 'DigestMismatch');
});

test('layers of flux, oras and images count, whatever compresses them; others do not', async (t) => {
  await using world = await createSourcesWorld();
  const { gunzipSync } = await import('node:zlib');
  const plain = gunzipSync(await tarOf({ a: '1' }));
  for (const [mediaType, layer] of [
    [FLUX_LAYER, gzipSync(plain)],
    ['application/vnd.oci.image.layer.v1.tar', plain],
    ['application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(plain)],
    ['application/vnd.oci.image.layer.v1.tar+gzip', plain],
    ['application/vnd.oci.image.layer.v1.tar+zstd', zstdCompressSync(plain)],
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', gzipSync(plain)],
  ] as const) {
    pushArtifact(world.registry, reference, layer, mediaType);
    const { path } = await world.sources.fetch('u1', source);
    t.is(await world.read(path, 'a'), '1', mediaType);
  }
  pushArtifact(world.registry, reference, plain, 'application/vnd.cncf.helm.config.v1+json');
  t.regex(await failsWith(t, world.sources.fetch('u1', source), 'Unsupported'), /helm/);
});

test('of an index the first manifest counts; a digest alone is a revision', async (t) => {
  await using world = await createSourcesWorld();
  pushArtifact(world.registry, reference, await tarOf({ a: '1' }));
  const first = world.registry.tags.get(reference)!;
  const type = 'application/vnd.oci.image.index.v1+json';
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [first] }));
  world.registry.blobs.set(digestOf(index), index);
  const pinned = `registry.example/team/app@${digestOf(index)}`;
  world.registry.tags.set(pinned, describe(type, index));
  const { path, revision } = await world.sources.fetch('u1', { ...source, reference: pinned });
  t.is(await world.read(path, 'a'), '1');
  t.is(revision, digestOf(index));
});
