import test from 'ava';
import * as fc from 'fast-check';
import { RuntimeError } from '../../../runtime/errors.ts';
import { parseConfig } from '../../../runtime/containerd/images/config.ts';
import { chainIds, isDigest, requireDigest, sha256 } from '../../../runtime/containerd/images/digest.ts';
import { parseDocument } from '../../../runtime/containerd/images/document.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const digest = `sha256:${'a'.repeat(64)}`;
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 10 };
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 20 };

test('a manifest and an index are told apart by media type, else by what is in them', (t) => {
  const manifest = { schemaVersion: 2, config, layers: [layer] };
  t.is(parseDocument(json(manifest), 'application/vnd.oci.image.manifest.v1+json', 'it').kind, 'manifest');
  t.is(parseDocument(json(manifest), '', 'it').kind, 'manifest');
  const index = { schemaVersion: 2, manifests: [{ ...layer, platform: { os: 'linux', architecture: 'arm64' } }] };
  t.is(parseDocument(json(index), 'application/vnd.docker.distribution.manifest.list.v2+json', 'it').kind, 'index');
  t.is(parseDocument(json(index), '', 'it').kind, 'index');
});

test('old and foreign formats are Unsupported', (t) => {
  t.throws(() => parseDocument(json({ schemaVersion: 1, fsLayers: [] }), '', 'it'), { code: 'Unsupported' });
  const chart = {
    schemaVersion: 2,
    config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' },
    layers: [],
  };
  t.throws(() => parseDocument(json(chart), '', 'it'), { code: 'Unsupported', message: /helm/ });
});

test('whatever a registry sends, the answer is a document or an error that says what is wrong', (t) => {
  const descriptor = fc.record(
    { mediaType: fc.anything(), digest: fc.oneof(fc.constant(digest), fc.anything()), size: fc.anything() },
    { requiredKeys: [] },
  );
  const document = fc.record(
    {
      schemaVersion: fc.constantFrom(1, 2, '2'),
      mediaType: fc.oneof(fc.string(), fc.constant('application/vnd.oci.image.index.v1+json')),
      config: fc.oneof(descriptor, fc.constant(config), fc.anything()),
      layers: fc.oneof(fc.array(descriptor), fc.anything()),
      manifests: fc.oneof(fc.array(descriptor), fc.anything()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(document, fc.anything()), (value) => {
      let bytes: Uint8Array;
      try {
        bytes = Buffer.from(JSON.stringify(value) ?? 'x');
      } catch {
        return;
      }
      try {
        const parsed = parseDocument(bytes, '', 'it');
        const found = parsed.kind === 'index' ? parsed.manifests : [parsed.config, ...parsed.layers];
        if (!found.every((one) => isDigest(one.digest) && one.size >= 0))
          throw new Error('a bad descriptor came through');
      } catch (error) {
        if (!(error instanceof RuntimeError)) throw error;
      }
    }),
  );
  t.pass();
});

test('a configuration is read as docker and OCI write it', (t) => {
  const text = {
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    rootfs: { type: 'layers', diff_ids: [digest] },
    config: {
      Entrypoint: null,
      Cmd: ['sleep', '1'],
      Env: ['A=b'],
      User: 'app:app',
      WorkingDir: '/srv',
      StopSignal: 'SIGINT',
      Volumes: { '/b': {}, '/a': {} },
      ExposedPorts: { '80/tcp': {} },
      Labels: { a: 'b' },
    },
  };
  const parsed = parseConfig(json(text), 'it');
  t.deepEqual(parsed.platform, { os: 'linux', architecture: 'arm64', variant: '' });
  t.deepEqual(parsed.diffIds, [digest]);
  t.deepEqual(parsed.config, {
    entrypoint: [],
    cmd: ['sleep', '1'],
    env: ['A=b'],
    user: 'app:app',
    workingDir: '/srv',
    stopSignal: 'SIGINT',
    volumes: ['/a', '/b'],
    exposedPorts: ['80/tcp'],
    labels: { a: 'b' },
  });
  t.deepEqual(parseConfig(json({}), 'it').config.cmd, []);
  t.deepEqual(parseConfig(json({ config: { Entrypoint: '/bin/sh' } }), 'it').config.entrypoint, ['/bin/sh']);
});

test('a configuration of the wrong shape is Corrupt and says where', (t) => {
  for (const [value, where] of [
    [{ rootfs: { diff_ids: ['x'] } }, /diff_ids/],
    [{ rootfs: { diff_ids: 'x' } }, /diff_ids/],
    [{ config: { Cmd: [1] } }, /config\.Cmd/],
    [{ config: { User: 5 } }, /config\.User/],
    [[], /JSON object/],
  ] as const) {
    t.throws(() => parseConfig(json(value), 'it'), { code: 'Corrupt', message: where });
  }
  t.throws(() => parseConfig(Buffer.from('{'), 'it'), { code: 'Corrupt', message: /not JSON/ });
});

test('chain ids hash from the bottom up', (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map((text) => sha256(text)) as [string, string, string];
  const first = sha256(`${a} ${b}`);
  t.deepEqual(chainIds([a, b, c]), [a, first, sha256(`${first} ${c}`)]);
  t.deepEqual(chainIds([]), []);
});

test('only whole lower-case sha256 digests are digests', (t) => {
  t.true(isDigest(digest));
  for (const text of [digest.toUpperCase(), `${digest}0`, digest.slice(0, -1), `${digest}\n`, 'sha256:../x', 5]) {
    t.false(isDigest(text), String(text));
  }
  t.throws(() => requireDigest(Buffer.from('x'), digest, 'it'), { code: 'Corrupt' });
});
