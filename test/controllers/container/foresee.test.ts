import test from 'ava';
import { DraftStatus } from '../../../controllers/container/foretell/draft-status.ts';
import { foresee, type Travel } from '../../../controllers/container/foretell/foresee.ts';
import { ReconcileError, type PlanContext } from '../../../controllers/engine/contract.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import { container } from '../../support/container-world.ts';

const WEB = (() => {
  const { metadata, ...rest } = container('web', { hostNetwork: true });
  return { ...rest, metadata: { ...metadata, uid: 'u', generation: 1 } } as unknown as Container;
})();

const reader: PlanContext['reader'] = { get: () => undefined, list: () => [] };

const gone = new RuntimeError('NotFound', 'nothing is here');

const travel = (sees: Travel['sees']): Travel => ({
  scene: { instances: [], started: 0, clock: { now: () => 0 } },
  status: new DraftStatus({}),
  sees,
  unheld: false,
  image: { type: 'ready', image: { manifestDigest: 'sha256:1' } },
  awaited: { dependencies: [], mayCome: true },
  view: {
    volumes: { checkHostPath: (path) => Promise.resolve(path) },
    imageCache: { record: () => Promise.reject(gone), userFiles: () => Promise.reject(gone) },
  },
  why: () => 'it is another one',
});

test('a way is told up to its end', async (t) => {
  const { taken } = await foresee(
    WEB,
    { reader } as PlanContext,
    travel(() => true),
  );
  t.deepEqual(
    taken.map(({ type }) => type),
    ['Create', 'Start'],
  );
});

test('a way without an end is not told as if it had one', async (t) => {
  const blind = travel(() => false);
  const error = await t.throwsAsync(foresee(WEB, { reader } as PlanContext, blind), { instanceOf: ReconcileError });
  t.like(error?.outcome, { type: 'waiting', unknown: true, message: 'no end is foreseen' });
});
