import test from 'ava';
import { Claims } from '../../../controllers/network/claims.ts';
import type { Network } from '../../../schemas/gen/types.ts';
import { parseCidr } from '../../../schemas/values/addresses.ts';
import { readerOf } from '../container/objects.ts';

const RANGE = { subnet: '10.20.0.0/24', gateway: '10.20.0.1' };
const OTHER = { subnet: '10.30.0.0/24', gateway: '10.30.0.1' };

const network = (name: string, second: number): Network => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Network',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: `2026-01-01T00:00:0${second}Z`,
  },
  spec: {},
  status: { subnets: [RANGE] },
});

const claimant = (name: string) => ({ namespace: 'default', name, uid: `uid-${name}` });

test('of two networks that both say they have a range the elder keeps it, whatever the younger claims and lets go', (t) => {
  const reader = readerOf(network('elder', 0), network('younger', 1));
  const claims = new Claims(() => true);
  const range = parseCidr(RANGE.subnet);
  if (range === undefined) throw new Error('no range');
  const holder = () => claims.holder(range, 'uid-nobody', reader)?.name;
  t.is(holder(), 'elder');
  for (let pass = 0; pass < 3; pass += 1) {
    claims.claim(claimant('younger'), [RANGE, OTHER], reader);
    t.is(holder(), 'elder');
    claims.claim(claimant('elder'), [RANGE], reader);
    t.is(holder(), 'elder');
  }
  claims.release('uid-younger');
  t.is(holder(), 'elder');
  claims.release('uid-elder');
  t.is(holder(), undefined);
  claims.claim(claimant('younger'), [RANGE], reader);
  t.is(holder(), 'younger');
});
