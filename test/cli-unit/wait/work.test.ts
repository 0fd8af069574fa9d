import test from 'ava';
import { pulledBy, workOf, type Work } from '../../../cli/wait/progress/work.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { build, condition, container, download, image } from './objects.ts';

const PULLING = condition('Reconciling', 'True', 'ImagePulling', 'Image auto-x: downloading');
const unready = (reason: string, message: string) => condition('Ready', 'False', reason, message);

const rows: readonly (readonly [title: string, object: KubeObject | undefined, work: Work])[] = [
  ['one that is not there', undefined, { state: 'Unseen', text: 'is not there' }],
  [
    'one that nobody has looked at',
    { ...container('x'), status: {} } as KubeObject,
    { state: 'Unseen', text: 'Container has not been looked at by its controller yet' },
  ],
  [
    'an image by its bytes',
    image('docker.io/library/nginx:1', download(30, 100)),
    {
      state: 'Downloading',
      text: 'pulling docker.io/library/nginx:1, 1 of 4 layers',
      share: { done: 30, total: 100, unit: 'bytes' },
    },
  ],
  ['an image by the first question', image('x', { phase: 'Resolving' }), { state: 'Resolving', text: 'looking for x' }],
  [
    'an image by its layers',
    image('x', { phase: 'Unpacking', layers: 4, layersDone: 3 }),
    { state: 'Unpacking', text: 'unpacking x, 3 of 4 layers' },
  ],
  [
    'a build by its step',
    build(3, 9, '[2/4] RUN npm ci'),
    { state: 'Building', text: 'building: [2/4] RUN npm ci', share: { done: 3, total: 9, unit: 'steps' } },
  ],
  [
    'a container by why it is not ready',
    container('x', unready('ProbeFailed', 'GET / answers 503')),
    { state: 'ProbeFailed', text: 'GET / answers 503' },
  ],
  [
    'one that a person must look at by that',
    container('x', condition('Stalled', 'True', 'InvalidSpec', 'no such user'), unready('InvalidSpec', 'no such user')),
    { state: 'InvalidSpec', text: 'no such user' },
  ],
  [
    'one that goes by who holds it',
    { ...container('x'), metadata: { ...container('x').metadata, deletionTimestamp: '2026', finalizers: ['a', 'b'] } },
    { state: 'Deleting', text: 'is being deleted, held by a, b' },
  ],
];

for (const [title, object, work] of rows)
  test(`${title} is told`, (t) => {
    t.deepEqual(workOf(object), work);
  });

test('a container that waits for its image is as far as that image is', (t) => {
  const waiting = container('nginx:1', PULLING);
  t.is(pulledBy(waiting), 'nginx:1');
  t.deepEqual(workOf(waiting, image('nginx:1', download(1, 2))).share, { done: 1, total: 2, unit: 'bytes' });
  t.deepEqual(workOf(waiting), { state: 'ImagePulling', text: 'Image auto-x: downloading' });
  const starting = container('nginx:1', condition('Reconciling', 'True', 'Starting', 'starting'));
  t.is(pulledBy(starting), undefined);
  t.is(workOf(starting, image('nginx:1', download(1, 2))).state, 'Starting');
});

test('what comes from outside neither breaks lines nor speaks to the terminal', (t) => {
  const object = container('x', unready('E', 'one\ntwo\u001b[2J\tthree'));
  t.is(workOf(object).text, 'one two three');
});
