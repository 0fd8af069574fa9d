import test from 'ava';
import type { BuilderFacts, BuildOutput } from '../../../../runtime/ports/builders.ts';
import { exportsOf } from '../../../../runtime/buildkit/request/exports.ts';

const facts: BuilderFacts = {
  kind: 'dockerd',
  version: '',
  workers: [],
  landing: 'ContentStore',
  exporters: ['image', 'oci', 'docker', 'tar', 'local', 'moby'],
  hasSandboxNetwork: true,
};

const content: BuildOutput = {
  type: 'content',
  content: {
    methods: [],
    call: () => {
      throw new Error('nobody calls');
    },
  },
};

test('pushes go together and first, what lands in our store is last', (t) => {
  const exports = exportsOf(
    [
      content,
      { type: 'push', reference: 'r.test/a:1', insecure: false },
      { type: 'tar', path: '/t.tar' },
      { type: 'push', reference: 'r.test/a:2', insecure: false },
      { type: 'archive', format: 'oci', path: '/a.tar', name: 'r.test/a:1' },
      { type: 'directory', path: '/d' },
    ],
    facts,
    'id',
  );
  t.deepEqual(
    exports.map(({ type, attrs }) => [type, attrs]),
    [
      ['image', { 'oci-mediatypes': 'true', name: 'r.test/a:1,r.test/a:2', push: 'true', store: 'false' }],
      ['tar', {}],
      ['oci', { 'oci-mediatypes': 'true', name: 'r.test/a:1' }],
      ['local', {}],
      ['oci', { 'oci-mediatypes': 'true', tar: 'false' }],
    ],
  );
});

test('layers that go into our store and nowhere else are compressed fast', (t) => {
  const [only] = exportsOf([content], facts, 'id');
  t.deepEqual(only?.attrs, { 'oci-mediatypes': 'true', tar: 'false', 'compression-level': '1' });
});

test('registries without TLS are pushed to apart from others', (t) => {
  const exports = exportsOf(
    [
      { type: 'push', reference: 'r.test/a:1', insecure: false },
      { type: 'push', reference: 'plain.test/a:1', insecure: true },
    ],
    facts,
    'id',
  );
  t.deepEqual(
    exports.map(({ attrs }) => [attrs['name'], attrs['registry.insecure']]),
    [
      ['r.test/a:1', undefined],
      ['plain.test/a:1', 'true'],
    ],
  );
});

test('what a builder has no exporter for is refused with what to do', (t) => {
  const old: BuilderFacts = { ...facts, exporters: ['moby', 'tar', 'local'] };
  const error = t.throws(() => exportsOf([content], old, 'id'));
  t.like(error, { code: 'Unsupported', reason: 'BuilderTooOld' });
  t.regex(error.message, /containerd image store/);
  t.throws(() => exportsOf([content, content], facts, 'id'), { message: /one content store/ });
  t.deepEqual(exportsOf([], old, 'id'), []);
});

test('a dockerd with its old store keeps the image under a name of the build, to be fetched from there', (t) => {
  const old: BuilderFacts = { ...facts, exporters: ['moby', 'tar', 'local'] };
  const output: BuildOutput = { type: 'archive', format: 'docker', path: '/a.tar', name: 'mine:1' };
  t.deepEqual(exportsOf([output], old, 'id'), [
    { type: 'moby', attrs: { name: 'tsmoby.local/build/id:latest' }, output },
  ]);
  t.deepEqual(exportsOf([output], facts, 'id'), [{ type: 'docker', attrs: { name: 'mine:1' }, output }]);
});
