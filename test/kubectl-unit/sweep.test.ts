import test from 'ava';
import { sweep } from '../kubectl/suite/sweep.ts';
import { scriptedCluster } from './scene.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const held = ['example.com/hold'];
const versions = [
  { name: 'v1', served: false },
  { name: 'v2', served: true },
];
const spec = { group: 'kc123456-1.example.com', names: { plural: 'widgets' }, versions };

/** What is there, by path. */
const THERE: Readonly<Record<string, readonly object[]>> = {
  [DEFINITIONS]: [
    { metadata: { name: 'widgets.kc123456-1.example.com' }, spec },
    { metadata: { name: 'others.example.com' }, spec: { ...spec, group: 'example.com' } },
  ],
  '/api/v1/namespaces': [{ metadata: { name: 'default' } }, { metadata: { name: 'kc123456-1' } }],
  '/api/v1/secrets': [
    { metadata: { name: 'a', namespace: 'kc123456-1', finalizers: held } },
    { metadata: { name: 'free', namespace: 'kc123456-1' } },
    { metadata: { name: 'theirs', namespace: 'default', finalizers: held } },
  ],
  '/apis/kc123456-1.example.com/v2/widgets': [{ metadata: { name: 'w', finalizers: held } }],
};

test('what a run has made is deleted, what it holds is let go first, and what others have is left alone', async (t) => {
  const { api, requests } = scriptedCluster('kubectl', '/nowhere', (_, path) => ({
    status: path in THERE ? 200 : 404,
    text: JSON.stringify({ items: THERE[path] }),
  }));
  await sweep('kc123456', api);
  t.deepEqual(
    requests.filter((request) => !request.startsWith('GET')),
    [
      'PATCH /api/v1/namespaces/kc123456-1/secrets/a',
      'PATCH /apis/kc123456-1.example.com/v2/widgets/w',
      `DELETE ${DEFINITIONS}/widgets.kc123456-1.example.com`,
      'DELETE /api/v1/namespaces/kc123456-1',
    ],
  );
});

test('a server that does not say what is there is told of', async (t) => {
  const { api } = scriptedCluster('kubectl', '/nowhere', () => ({ status: 403, text: 'forbidden' }));
  await t.throwsAsync(sweep('kc123456', api), { message: /not taken away: forbidden/ });
});
