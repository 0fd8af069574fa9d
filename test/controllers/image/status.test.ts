import test from 'ava';
import { describeProgress } from '../../../controllers/image/status.ts';
import { humanSize } from '../../../schemas/values/human-size.ts';
import { sourceFingerprint } from '../../../controllers/image/names.ts';
import type { Image } from '../../../schemas/gen/types.ts';

const SIZES: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1049, '1.0 kB'],
  [99_949, '99.9 kB'],
  [123_456, '123 kB'],
  [4_300_000, '4.3 MB'],
  [12_345_678_901, '12.3 GB'],
  [5e15, '5000 TB'],
];

for (const [bytes, text] of SIZES) {
  test(`${bytes} bytes are ${text}`, (t) => {
    t.is(humanSize(bytes), text);
  });
}

test('progress in words', (t) => {
  const progress = { completedBytes: 12_300_000, totalBytes: 80_000_000, layers: 7, layersDone: 3 };
  t.is(describeProgress(undefined), 'waiting for its turn');
  t.is(describeProgress({ ...progress, phase: 'Resolving' }), 'looking for it');
  t.is(describeProgress({ ...progress, phase: 'Downloading' }), 'downloading 12.3 MB of 80.0 MB (3 of 7 layers)');
  t.is(describeProgress({ ...progress, phase: 'Unpacking' }), 'unpacking (3 of 7 layers)');
});

function image(spec: Image['spec'], metadata: Partial<Image['metadata']> = {}): Image {
  const given = { name: 'i', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 };
  return { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Image', metadata: { ...given, ...metadata }, spec };
}

test('a source is another one by what it is fetched from, by a request, and with Always by each change', (t) => {
  const of = (...parameters: Parameters<typeof image>) => sourceFingerprint(image(...parameters));
  const one = of({ reference: 'a' });
  t.is(one, of({ reference: 'a' }, { generation: 2, labels: { x: 'y' } }));
  t.not(one, of({ reference: 'b' }));
  t.not(one, of({ reference: 'a', platform: 'linux/arm64' }));
  t.not(one, of({ reference: 'a' }, { annotations: { 'tsmoby.dev/pull-request': '2026-01-01T00:00:00Z' } }));
  t.not(of({ reference: 'a', pullPolicy: 'Always' }), of({ reference: 'a', pullPolicy: 'Always' }, { generation: 2 }));
  t.is(of({ reference: 'a', archive: { path: '/x' } }), of({ reference: 'b', archive: { path: '/x' } }));
});
