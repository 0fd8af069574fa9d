import test from 'ava';
import type { Application } from '../../../controllers/sync/application.ts';
import { dueTargets, isClean, type CleanPass } from '../../../controllers/sync/clean-pass.ts';
import { targetOf, type Target } from '../../../controllers/sync/target.ts';
import { NO_EXTENT } from '../../../schemas/values/apply-set/extent.ts';

const target = (name: string): Target =>
  targetOf({
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } },
    scope: 'Namespaced',
    digest: '',
    file: 'a.yaml',
    place: () => 'a.yaml',
  });

const [a, b, c] = [target('a'), target('b'), target('c')];
const idsOf = (...targets: readonly Target[]): ReadonlySet<string> => new Set(targets.map(({ id }) => id));
const wanted = (...targets: readonly Target[]) => ({ targets, ids: idsOf(...targets), key: 'k' });
const NOBODY: ReadonlySet<string> = new Set();
const before = (...targets: readonly Target[]): CleanPass => ({
  key: 'k',
  targets: new Set(targets),
  ids: idsOf(...targets),
  unhealthy: NOBODY,
  extent: NO_EXTENT,
});

test('after a pass that found nothing amiss, nothing is due but what is another one, is new, changed, or was not healthy', (t) => {
  const pass = before(a, b);
  t.deepEqual(dueTargets(pass, wanted(a, b), NOBODY), []);
  t.deepEqual(dueTargets(pass, wanted(a, b, c), NOBODY), [c]);
  t.deepEqual(dueTargets(pass, wanted(a, b), idsOf(b)), [b]);
  const other = target('a');
  t.deepEqual(dueTargets(pass, wanted(other, b), NOBODY), [other]);
  t.deepEqual(dueTargets({ ...pass, unhealthy: idsOf(a) }, wanted(a, b), NOBODY), [a]);
});

test('all is due when something is to go, when what is not wanted became a member, and when nobody knows', (t) => {
  const pass = before(a, b);
  t.is(dueTargets(pass, wanted(a), NOBODY), undefined);
  t.is(dueTargets(pass, wanted(a, b), idsOf(c)), undefined);
  t.is(dueTargets(pass, wanted(a, b), undefined), undefined);
  t.is(dueTargets(undefined, wanted(a, b), NOBODY), undefined);
  t.is(dueTargets(pass, { ...wanted(a, b), key: 'another spec' }, NOBODY), undefined);
});

test('a pass with anything to apply, to prune or to tell of is none that the next one can build on', (t) => {
  const applied = {
    created: 1,
    configured: 0,
    corrected: 0,
    refused: [],
    pending: [],
    theirs: [],
    differing: [],
  };
  const pruned = { deleted: 0, ending: [], isOpen: false, isEntangled: false };
  const clean: Application = { applied, pruned, unhealthy: [] };
  t.true(isClean(clean));
  const others: readonly Application[] = [
    { ...clean, pruned: undefined },
    { ...clean, pruned: { ...pruned, deleted: 1 } },
    { ...clean, pruned: { ...pruned, ending: ['ConfigMap default/a'] } },
    { ...clean, pruned: { ...pruned, isOpen: true } },
    { ...clean, pruned: { ...pruned, isEntangled: true } },
    { ...clean, pruned: { ...pruned, blocked: { objects: 4, digest: '', examples: [] } } },
    { ...clean, applied: { ...applied, refused: [{ text: '', retryInMs: 1 }] } },
    ...(['pending', 'theirs', 'differing'] as const).map((list) => ({
      ...clean,
      applied: { ...applied, [list]: ['x'] },
    })),
  ];
  for (const other of others) t.false(isClean(other), JSON.stringify(other));
});
