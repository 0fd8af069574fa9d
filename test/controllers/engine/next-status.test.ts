import test from 'ava';
import { nextStatus, type StatusChanges } from '../../../controllers/engine/next-status.ts';

const T0 = Date.parse('2026-01-01T00:00:00Z');
const T1 = Date.parse('2026-01-01T00:01:00Z');

const changes = (some: Partial<StatusChanges>): StatusChanges => ({
  fields: new Map(),
  conditions: new Map(),
  generation: 1,
  concluded: false,
  ...some,
});

const ready = (status: 'True' | 'False', message = 'fine') =>
  new Map([['Ready', { type: 'Ready', status, reason: 'Succeeded', message }]]);

test('changes that change nothing give the very same status', (t) => {
  const status = nextStatus(
    {},
    changes({ fields: new Map([['a', { b: [1, 2] }]]), conditions: ready('True'), concluded: true }),
    T0,
  );
  const again = changes({ fields: new Map([['a', { b: [1, 2] }]]), conditions: ready('True'), concluded: true });
  t.is(nextStatus(status, again, T1), status);
  t.is(nextStatus(status, changes({}), T1), status);
  t.is(nextStatus(status, changes({ conditions: new Map([['Stalled', undefined]]) }), T1), status);
});

test('lastTransitionTime moves when the status of a condition does, and only then', (t) => {
  const first = nextStatus({}, changes({ conditions: ready('True') }), T0);
  const reworded = nextStatus(first, changes({ conditions: ready('True', 'still fine') }), T1);
  const turned = nextStatus(reworded, changes({ conditions: ready('False', 'broken') }), T1);
  t.like(reworded, { conditions: [{ message: 'still fine', lastTransitionTime: '2026-01-01T00:00:00Z' }] });
  t.like(turned, { conditions: [{ status: 'False', lastTransitionTime: '2026-01-01T00:01:00Z' }] });
});

test('undefined removes a field, and a condition', (t) => {
  const status = {
    a: 1,
    b: 2,
    conditions: [{ type: 'X', status: 'True', reason: 'R', message: '', lastTransitionTime: 't' }],
  };
  const next = nextStatus(
    status,
    changes({ fields: new Map([['a', undefined]]), conditions: new Map([['X', undefined]]) }),
    T0,
  );
  t.deepEqual(next, { b: 2, conditions: [] });
});

test('conditions that are there keep their order, and new ones follow', (t) => {
  const two = nextStatus({}, changes({ conditions: ready('True') }), T0);
  const extra = { type: 'Extra', status: 'True', reason: 'R', message: 'm' } as const;
  const added = new Map([['Extra', extra], ...ready('False')] as const);
  const next = nextStatus(two, changes({ conditions: added }), T0) as { conditions: { type: string }[] };
  t.deepEqual(
    next.conditions.map(({ type }) => type),
    ['Ready', 'Extra'],
  );
});

test('observedGeneration follows only a pass that is over, and only for kinds that count generations', (t) => {
  t.deepEqual(nextStatus({}, changes({ generation: 3 }), T0), {});
  t.deepEqual(nextStatus({}, changes({ generation: 3, concluded: true }), T0), { observedGeneration: 3 });
  t.deepEqual(nextStatus({}, changes({ generation: undefined, concluded: true }), T0), {});
});

test('a condition carries the generation it was set at, and keeps it when nobody sets it again', (t) => {
  const old = nextStatus({}, changes({ conditions: ready('True'), generation: 1 }), T0);
  const untouched = nextStatus(old, changes({ generation: 2, concluded: true }), T1);
  const renewed = nextStatus(old, changes({ generation: 2, conditions: ready('True') }), T1);
  t.like(untouched, { observedGeneration: 2, conditions: [{ observedGeneration: 1 }] });
  t.like(renewed, { conditions: [{ observedGeneration: 2, lastTransitionTime: '2026-01-01T00:00:00Z' }] });
});
