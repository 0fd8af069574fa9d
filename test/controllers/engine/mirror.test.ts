import test from 'ava';
import * as fc from 'fast-check';
import { Mirror } from '../../../controllers/engine/mirror.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { thing } from '../../support/objects.ts';

function watched(): { mirror: Mirror; changes: string[] } {
  const mirror = new Mirror();
  const changes: string[] = [];
  mirror.subscribe(({ type, object, previous }) => {
    const { name, resourceVersion } = object.metadata;
    changes.push(`${type} ${name}@${resourceVersion}${previous ? ` was ${previous.metadata.resourceVersion}` : ''}`);
  });
  return { mirror, changes };
}

const versions = (mirror: Mirror): Record<string, string | undefined> =>
  Object.fromEntries([...mirror.keys()].map((key) => [key, mirror.get(key)?.metadata.resourceVersion]));

test('a list tells what came, what changed and what went, and nothing of what stayed', (t) => {
  const { mirror, changes } = watched();
  mirror.replace([thing('a', 1), thing('b', 2), thing('c', 3)], '5');
  changes.length = 0;
  mirror.replace([thing('a', 1), thing('b', 7), thing('d', 8)], '10');
  t.deepEqual(changes, ['MODIFIED b@7 was 2', 'ADDED d@8', 'DELETED c@3 was 3']);
  t.is(mirror.version, '10');
});

test('a write of our own is shown at once, and the watch does not tell of it again', (t) => {
  const { mirror, changes } = watched();
  mirror.replace([thing('a', 1)], '5');
  mirror.observe(thing('a', 9));
  mirror.apply({ type: 'MODIFIED', object: thing('a', 7) });
  mirror.apply({ type: 'MODIFIED', object: thing('a', 9) });
  t.deepEqual(changes, ['ADDED a@1', 'MODIFIED a@9 was 1']);
});

test('the late answer to a write does not bring a deleted object back', (t) => {
  const { mirror } = watched();
  mirror.replace([thing('a', 1)], '5');
  mirror.apply({ type: 'DELETED', object: thing('a', 9) });
  mirror.observe(thing('a', 8));
  t.deepEqual(versions(mirror), {});
});

test('the deletion of an object that was made anew meanwhile leaves the new one', (t) => {
  const { mirror, changes } = watched();
  mirror.replace([thing('a', 1)], '5');
  mirror.observe(thing('a', 9, { uid: 'another' }));
  mirror.apply({ type: 'DELETED', object: thing('a', 8) });
  t.deepEqual(versions(mirror), { 'ns/a': '9' });
  t.deepEqual(changes, ['ADDED a@1', 'DELETED a@1 was 1', 'ADDED a@9']);
});

test('a list that is older than an own write keeps it', (t) => {
  const { mirror } = watched();
  mirror.replace([], '5');
  mirror.observe(thing('a', 9));
  mirror.observe(thing('b', 8));
  mirror.replace([thing('b', 6)], '7');
  t.deepEqual(versions(mirror), { 'ns/a': '9', 'ns/b': '8' });
});

test('after a store was put back in time the list alone is right', (t) => {
  const { mirror } = watched();
  mirror.replace([thing('a', 90), thing('b', 95)], '100');
  mirror.replace([thing('a', 3)], '10');
  t.deepEqual(versions(mirror), { 'ns/a': '3' });
  t.is(mirror.version, '10');
});

test('bookmarks move the version, never back', (t) => {
  const { mirror } = watched();
  mirror.replace([], '5');
  mirror.apply({ type: 'BOOKMARK', resourceVersion: '12' });
  mirror.apply({ type: 'BOOKMARK', resourceVersion: '9' });
  t.is(mirror.version, '12');
});

test('whatever order answers and events come in, the mirror ends at the truth and never shows an object going back', (t) => {
  const history = fc.array(
    fc.record({ name: fc.constantFrom('a', 'b'), remove: fc.boolean(), ours: fc.boolean(), late: fc.nat(3) }),
    {
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(history, (steps) => {
      const { mirror } = watched();
      const shown = new Map<string, number>();
      mirror.subscribe(({ type, object }) => {
        const { uid, resourceVersion } = object.metadata;
        if (type === 'DELETED') return;
        t.true(Number(resourceVersion) > (shown.get(uid) ?? 0));
        shown.set(uid, Number(resourceVersion));
      });
      const truth = new Map<string, KubeObject>();
      const answers: { readonly at: number; readonly object: KubeObject }[] = [];
      const events: Parameters<Mirror['apply']>[0][] = [];
      steps.forEach(({ name, remove, ours, late }, at) => {
        const version = at + 1;
        const present = truth.get(name);
        if (remove && present) {
          truth.delete(name);
          events.push({ type: 'DELETED', object: thing(name, version, { uid: present.metadata.uid }) });
          return;
        }
        const object = thing(name, version, { uid: present?.metadata.uid ?? `${name}-${version}` });
        truth.set(name, object);
        events.push({ type: present ? 'MODIFIED' : 'ADDED', object });
        if (ours) answers.push({ at: events.length + late - 2, object });
      });
      events.forEach((event, at) => {
        for (const answer of answers) if (answer.at === at) mirror.observe(answer.object);
        mirror.apply(event);
      });
      for (const answer of answers) if (answer.at >= events.length) mirror.observe(answer.object);
      t.deepEqual(
        versions(mirror),
        Object.fromEntries([...truth].map(([name, { metadata }]) => [`ns/${name}`, metadata.resourceVersion])),
      );
    }),
  );
});
