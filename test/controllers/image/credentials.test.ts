import test from 'ava';
import { credentialsFor } from '../../../controllers/image/credentials.ts';
import type { Secret } from '../../../schemas/gen/types.ts';

test('a Secret that cannot be read stalls its Image, and nothing is told of what is in it', (t) => {
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'pull',
      namespace: 'team',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    data: { other: 'aHVudGVyMg==' },
  };
  const error = t.throws(() => credentialsFor('ghcr.io/a', [secret]));
  t.like(error, { outcome: { type: 'stalled', reason: 'Unauthorized' } });
  t.regex(error?.message ?? '', /imagePullSecret team\/pull/);
});
