import test from 'ava';
import { withAbsolutePaths } from '../../../schemas/values/relative-paths.ts';
import type { JsonObject } from '../../../schemas/object.ts';

const object = (kind: string, spec: JsonObject, apiVersion = 'tsmoby.dev/v1alpha1'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  spec,
});

const specOf = (given: JsonObject): unknown => {
  const found = withAbsolutePaths(given, '/home/me/app');
  return found.type === 'object' ? found.object['spec'] : found;
};

test('relative paths of a Build count from its manifest', (t) => {
  const spec = {
    context: { directory: { path: '.' } },
    contexts: [
      { name: 'a', directory: { path: '../assets' } },
      { name: 'b', ociLayout: { path: 'layout' } },
      { name: 'c', git: { url: './repository' } },
      { name: 'd', git: { url: 'git@example.com:a/b' } },
      { name: 'e', directory: { path: '/absolute' } },
    ],
    dockerfile: { path: './build/Dockerfile' },
    outputs: [
      { image: {} },
      { tar: { path: 'out.tar' } },
      { directory: { path: 'out' } },
      { ociArchive: { path: 'a.tar' } },
    ],
    cache: { from: [{ local: { path: 'cache' } }], to: [{ inline: {} }, { local: { path: 'cache' } }] },
  };
  t.deepEqual(specOf(object('Build', spec)), {
    context: { directory: { path: '/home/me/app' } },
    contexts: [
      { name: 'a', directory: { path: '/home/me/assets' } },
      { name: 'b', ociLayout: { path: '/home/me/app/layout' } },
      { name: 'c', git: { url: '/home/me/app/repository' } },
      { name: 'd', git: { url: 'git@example.com:a/b' } },
      { name: 'e', directory: { path: '/absolute' } },
    ],
    dockerfile: { path: './build/Dockerfile' },
    outputs: [
      { image: {} },
      { tar: { path: '/home/me/app/out.tar' } },
      { directory: { path: '/home/me/app/out' } },
      { ociArchive: { path: '/home/me/app/a.tar' } },
    ],
    cache: {
      from: [{ local: { path: '/home/me/app/cache' } }],
      to: [{ inline: {} }, { local: { path: '/home/me/app/cache' } }],
    },
  });
});

test('the archive of an Image counts from its manifest, too', (t) => {
  t.deepEqual(specOf(object('Image', { archive: { path: 'app.tar' } })), { archive: { path: '/home/me/app/app.tar' } });
});

const SAME: Readonly<Record<string, JsonObject>> = {
  'absolute paths': object('Build', { context: { directory: { path: '/src' } }, outputs: [{ image: {} }] }),
  'another kind': object('Volume', { context: { directory: { path: 'src' } } }),
  'another group': object('Build', { context: { directory: { path: 'src' } } }, 'example.com/v1'),
  'a spec of another shape': object('Build', { context: 'src', contexts: { a: 1 }, outputs: null }),
  'no spec': { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Build' },
};

for (const [what, given] of Object.entries(SAME)) {
  test(`${what} come back as they are`, (t) => {
    const found = withAbsolutePaths(given, '/home/me');
    t.true(found.type === 'object' && found.object === given);
  });
}

test('a relative path in a manifest from nowhere is told by its place', (t) => {
  const spec = { contexts: [{ name: 'a' }, { name: 'b', directory: { path: 'src' } }] };
  t.deepEqual(withAbsolutePaths(object('Build', spec), undefined), {
    type: 'nowhere',
    path: 'spec.contexts[1].directory.path',
  });
});
