import test from 'ava';
import * as fc from 'fast-check';
import { planObject, type ObjectFacts } from '../../../controllers/sync/plan.ts';
import { standOf } from '../../../controllers/sync/stand.ts';
import type { KubeObject } from '../../../schemas/object.ts';

const live = (version: string, fields: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'test.tsmoby.dev/v1',
  kind: 'Widget',
  metadata: {
    name: 'a',
    uid: 'u',
    resourceVersion: version,
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { 'applyset.kubernetes.io/part-of': 'ours' },
    ...fields,
  },
});

const remembered = (object: KubeObject, sent = 'digest') => {
  const { uid, resourceVersion: version } = object.metadata;
  return { sent, uid, version, stand: standOf(object) };
};

const facts = (fields: Partial<ObjectFacts>): ObjectFacts => ({
  sent: 'digest',
  live: live('5'),
  remembered: remembered(live('5')),
  refused: undefined,
  heldUntil: 0,
  set: 'ours',
  isTheirs: false,
  mode: 'Enforce',
  wasApplied: true,
  now: 1000,
  ...fields,
});

const plan = (fields: Partial<ObjectFacts>): string => {
  const step = planObject(facts(fields));
  return step.type === 'apply' ? `apply: ${step.cause}` : step.type;
};

test('nothing is sent when nothing changed, nor after a change of status, nor to a view that lags', (t) => {
  t.is(plan({}), 'nothing');
  t.is(plan({ live: live('9') }), 'nothing');
  t.is(plan({ live: live('4', { generation: 7 }) }), 'nothing');
});

test('each cause is told apart', (t) => {
  t.is(plan({ live: undefined }), 'apply: missing');
  t.is(plan({ sent: 'other' }), 'apply: changed');
  t.is(plan({ live: live('9', { generation: 2 }) }), 'apply: drifted');
  t.is(plan({ live: live('9', { labels: {} }) }), 'apply: drifted');
  t.is(plan({ live: live('9', { labels: {} }), remembered: undefined }), 'apply: taken over');
  t.is(plan({ live: live('9', { uid: 'another' }) }), 'apply: drifted');
  t.is(plan({ remembered: undefined }), 'apply: unknown');
});

test('in mode Warn drift is compared, also after a restart, and changes of the files are sent', (t) => {
  t.is(plan({ mode: 'Warn', live: live('9', { generation: 2 }) }), 'compare');
  t.is(plan({ mode: 'Warn', remembered: undefined }), 'compare');
  t.is(plan({ mode: 'Warn', remembered: undefined, wasApplied: false }), 'apply: unknown');
  t.is(plan({ mode: 'Warn', sent: 'other' }), 'apply: changed');
  t.is(plan({ mode: 'Warn', live: undefined }), 'apply: missing');
});

test('what is being deleted is waited for, what another Sync wants is left, what was refused has its time', (t) => {
  t.is(plan({ live: live('9', { deletionTimestamp: '2026-01-01T00:00:00Z' }) }), 'wait');
  const theirs = live('9', { labels: { 'applyset.kubernetes.io/part-of': 'theirs' } });
  t.is(plan({ live: theirs, isTheirs: true }), 'theirs');
  t.is(plan({ live: theirs, remembered: undefined }), 'apply: taken over');
  const refused = { sent: 'digest', message: 'no', times: 1, retryAt: 2000 };
  t.is(plan({ live: undefined, refused }), 'refused');
  t.is(plan({ live: undefined, refused, now: 2000 }), 'apply: missing');
  t.is(plan({ live: undefined, refused, sent: 'other' }), 'apply: missing');
});

test('what somebody changes again and again is set back less often; changes of the files are sent at once', (t) => {
  t.is(plan({ live: live('9', { generation: 2 }), heldUntil: 2000 }), 'held');
  t.is(plan({ live: undefined, heldUntil: 2000 }), 'held');
  t.is(plan({ live: live('9', { generation: 2 }), heldUntil: 1000 }), 'apply: drifted');
  t.is(plan({ sent: 'other', heldUntil: 2000 }), 'apply: changed');
});

test('whatever stood before: once it is sent and remembered, there is nothing to do', (t) => {
  const version = fc.integer({ min: 1, max: 99 }).map(String);
  const any = fc.record({
    version,
    labels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2')),
    annotations: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2')),
    generation: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(any, ({ version: at, labels, annotations, generation }) => {
      const label = { 'applyset.kubernetes.io/part-of': 'ours' };
      const { generation: _, ...metadata } = live(at, { labels: { ...labels, ...label }, annotations }).metadata;
      const object = { ...live(at), metadata: { ...metadata, ...(generation === undefined ? {} : { generation }) } };
      t.is(plan({ live: object, remembered: remembered(object) }), 'nothing');
    }),
  );
});
