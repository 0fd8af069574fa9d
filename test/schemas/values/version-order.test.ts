import test from 'ava';
import { compareVersions } from '../../../schemas/values/version-order.ts';

test('versions are ordered as Kubernetes orders them: stable, beta, alpha, then all others by name', (t) => {
  const best = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10'];
  t.deepEqual(best.toReversed().toSorted(compareVersions), best);
  t.deepEqual(best.toSorted(compareVersions), best);
});
