import test from 'ava';
import { createHash } from 'node:crypto';
import { applySetId, idOf, managerOf } from '../../../controllers/sync/names.ts';
import { groupKind } from '../../../schemas/values/apply-set/marks.ts';

const named = (name: string) => ({ metadata: { name, namespace: 'default' } });

test('the id of an ApplySet is the one that KEP-3659 derives, and never another one: all objects carry it', (t) => {
  const digest = createHash('sha256').update('site.default.Sync.tsmoby.dev').digest('base64url');
  t.is(applySetId(named('site')), `applyset-${digest}-v1`);
  t.is(applySetId(named('site')), 'applyset-1lIjwI3yoaYYFSmIAftaoJL98-5HF-LFMvhHjJKIVZk-v1');
  t.regex(applySetId(named('site')), /^[A-Za-z0-9_-]{1,63}$/);
});

test('a field manager names its Sync, and is never too long nor that of another one', (t) => {
  t.is(managerOf(named('site')), 'sync/default/site');
  const long = ['a', 'b'].map((end) => managerOf(named(`${'x'.repeat(200)}${end}`)));
  t.true(long.every((manager) => manager.length <= 128));
  t.is(new Set(long).size, 2);
});

test('an object is the same one in every version of its kind', (t) => {
  const metadata = { name: 'a', namespace: 'b' };
  const [one, two] = ['example.com/v1', 'example.com/v2'].map((apiVersion) =>
    idOf({ apiVersion, kind: 'K', metadata }),
  );
  t.is(one, two);
  t.not(one, idOf({ apiVersion: 'v1', kind: 'K', metadata }));
  t.is(groupKind({ apiVersion: 'example.com/v1', kind: 'K' }), 'K.example.com');
  t.is(groupKind({ apiVersion: 'v1', kind: 'K' }), 'K');
});
