import * as fc from 'fast-check';
import test from 'ava';
import { ApplyConflict } from '../../../api/apply/conflict.ts';
import {
  difference,
  emptySet,
  hasPath,
  intersection,
  isEmpty,
  paths,
  union,
  type FieldSet,
} from '../../../api/apply/field-set.ts';
import { parseFieldsV1 } from '../../../api/apply/fields-v1.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { canonical } from '../../../schemas/structural/identity.ts';
import { World } from './world.ts';

const text = fc.constantFrom('a', 'b', 'c');
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

const portOf = fc.record({ port: fc.nat(2), protocol: fc.constantFrom('TCP', 'UDP') }, { requiredKeys: [] });

const specs = fc
  .record({
    size: optional(fc.nat(2)),
    color: optional(text),
    tags: optional(fc.uniqueArray(text, { minLength: 1 })),
    args: optional(fc.array(text, { maxLength: 2 })),
    ports: optional(
      fc
        .uniqueArray(fc.tuple(text, portOf), { selector: ([name]) => name, minLength: 1 })
        .map((ports) => ports.map(([name, rest]) => ({ name, ...rest }))),
    ),
    env: optional(fc.dictionary(text, text, { minKeys: 1 })),
    groups: optional(fc.dictionary(text, fc.dictionary(text, text, { minKeys: 1 }), { minKeys: 1 })),
    ref: optional(fc.record({ name: text })),
    nested: optional(fc.record({ a: text, deeper: fc.record({ b: text }) })),
    open: optional(fc.dictionary(text, fc.oneof(text, fc.dictionary(text, text, { minKeys: 1 })), { minKeys: 1 })),
  })
  .map((spec) => Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as JsonObject);

const writes = fc.array(
  fc.record({
    verb: fc.constantFrom('apply', 'force', 'update'),
    manager: fc.constantFrom('alpha', 'beta', 'gamma'),
    spec: specs,
  }),
  { minLength: 1, maxLength: 6 },
);

type Write = { verb: string; manager: string; spec: JsonObject };

/** Does a write; conflicts are part of life. */
function perform(world: World, { verb, manager, spec }: Write): boolean {
  try {
    if (verb === 'update') world.update(manager, { spec });
    else world.apply(manager, { spec }, { force: verb === 'force' });
    return true;
  } catch (error) {
    if (error instanceof ApplyConflict) return false;
    throw error;
  }
}

const withoutManagers = (object: JsonObject | undefined): string => {
  const { managedFields: _, ...metadata } = (object?.['metadata'] ?? {}) as JsonObject;
  return canonical({ ...object, metadata });
};

const setsOf = (world: World): FieldSet[] =>
  world.managedFields.map((entry) => parseFieldsV1(entry['fieldsV1'] as JsonObject));

const after = test.macro({
  exec(t, check: (world: World, last: Write, done: boolean) => void) {
    fc.assert(
      fc.property(writes, (history) => {
        const world = new World();
        let done = false;
        for (const write of history) done = perform(world, write);
        const last = history.at(-1);
        if (last) check(world, last, done);
      }),
      { numRuns: 400 },
    );
    t.pass();
  },
  title: (name) => `after any history of writes: ${name ?? ''}`,
});

test('applying the same again changes nothing at all', after, (world, last, done) => {
  if (!done || last.verb === 'update') return;
  const stored = world.live;
  const again = world.apply(last.manager, { spec: last.spec });
  if (again.object !== stored) throw new Error('a second apply changed the object');
});

test('an applied value is what the object holds', after, (world, last, done) => {
  if (!done || last.verb === 'update') return;
  for (const name of ['size', 'color', 'ref', 'args']) {
    const applied = last.spec[name];
    if (applied !== undefined && canonical(applied) !== canonical(world.spec[name] ?? null)) {
      throw new Error(`${name} is not what was applied`);
    }
  }
});

test('a forced apply by a stranger always succeeds, and then owns what it applied', after, (world) => {
  world.apply('delta', { spec: { size: 77, tags: ['a', 'z'], open: { a: 'forced' } } }, { force: true });
  const size = parseFieldsV1({ 'f:spec': { 'f:size': {} } });
  const owners = setsOf(world).filter((set) => !isEmpty(intersection(set, size)));
  if (owners.length !== 1 || world.spec['size'] !== 77) throw new Error('size has another owner');
});

test(
  'an applier that lets everything go takes from others only what is inside of an item or key of its own, and what is empty without it',
  after,
  (world) => {
    const isAlpha = (entry: JsonObject): boolean => entry['manager'] === 'alpha' && entry['operation'] === 'Apply';
    const ownedBy = (mine: boolean): FieldSet =>
      world.managedFields
        .filter((entry) => isAlpha(entry) === mine)
        .map((entry) => parseFieldsV1(entry['fieldsV1'] as JsonObject))
        .reduce(union, emptySet);
    const [alpha, others] = [ownedBy(true), ownedBy(false)];
    world.apply('alpha', { spec: {} }, { force: true });
    const lost = [...paths(difference(others, ownedBy(false)))];
    const inAlphas = (path: readonly string[]): boolean => path.some((_, i) => hasPath(alpha, path.slice(0, i)));
    const held = [...paths(alpha)];
    const emptied = (path: readonly string[]): boolean =>
      held.some((own) => own.length > path.length && path.every((part, i) => part === own[i]));
    if (!lost.every((path) => inAlphas(path) || emptied(path))) throw new Error(`others lost ${lost.join(' ')}`);
  },
);

test('an update without a change leaves object and managedFields alone', after, (world) => {
  const before = canonical(world.live ?? {});
  world.update('delta', {});
  if (canonical(world.live ?? {}) !== before) throw new Error('a no-op update changed the object');
});

test('a forced apply and an update of the same fields give the same values', after, (world) => {
  const other = new World();
  other.live = world.live;
  world.apply('delta', { spec: { size: 5, env: { a: 'x' } } }, { force: true });
  other.update('delta', {
    spec: { ...other.spec, size: 5, env: { ...(other.spec['env'] as JsonObject | undefined), a: 'x' } },
  });
  if (withoutManagers(world.live) !== withoutManagers(other.live)) throw new Error('values differ');
});

test('nobody owns a path twice, and no entry is empty', after, (world) => {
  const ids = world.managedFields.map(({ manager, operation, subresource }) =>
    canonical([manager, operation, subresource ?? null] as never),
  );
  if (new Set(ids).size !== ids.length) throw new Error('two entries of one manager');
  for (const set of setsOf(world)) if (set === emptySet || isEmpty(set)) throw new Error('an empty entry');
});

/** What nobody has said before, beside all that anybody says: keys, items and fields of a newcomer's own. */
const newcomers = fc
  .record({
    env: optional(fc.constant({ own: 'x' })),
    groups: optional(fc.constantFrom({ own: { k: 'x' } }, { a: { own: 'x' } })),
    tags: optional(fc.constantFrom(['own'], ['own', 'two'])),
    ports: optional(fc.constantFrom([{ name: 'own' }], [{ name: 'own', port: 9 }])),
    open: optional(fc.constantFrom({ own: 'x' }, { own: { deep: ['x'] } })),
  })
  .map((spec) => Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as JsonObject);

test('after any history of writes: who applies what nobody owns, and then nothing, leaves all as it was', (t) => {
  fc.assert(
    fc.property(writes, newcomers, (history, spec) => {
      const world = new World();
      for (const write of history) perform(world, write);
      const former = [withoutManagers(world.live), ...world.owners];
      // what nobody tracks any more gets an owner by the first apply, and what is empty and nobody's goes with what was in it
      fc.pre(
        world.managedFields.length > 0 && !holds(world.spec, spec) && !Object.values(world.spec).some(isEmptyPart),
      );
      world.apply('delta', { spec });
      world.apply('delta', {});
      t.deepEqual([withoutManagers(world.live), ...world.owners], former);
    }),
    { numRuns: 400 },
  );
});

const isEmptyPart = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** The newcomer's key would meet a value that is no map: then it has to take something away. */
const holds = (spec: JsonObject, { groups, open }: JsonObject): boolean =>
  [
    [spec['groups'], groups],
    [spec['open'], open],
  ].some(([there, wanted]) => Object.keys(wanted ?? {}).some((key) => key in ((there ?? {}) as JsonObject)));

/** A spec, and whose each of its fields is. */
const shares = fc.tuple(
  specs,
  fc.array(fc.constantFrom('alpha', 'beta', 'gamma'), { minLength: 10, maxLength: 10 }),
  fc.constantFrom<readonly string[]>(
    ['alpha', 'beta', 'gamma'],
    ['gamma', 'beta', 'alpha'],
    ['beta', 'alpha', 'gamma'],
    ['gamma', 'alpha', 'beta'],
  ),
);

const partOf = (spec: JsonObject, owners: readonly string[], manager: string): JsonObject =>
  Object.fromEntries(Object.entries(spec).filter((_, at) => owners[at] === manager));

const applyAll = (spec: JsonObject, owners: readonly string[], order: readonly string[]): World => {
  const world = new World();
  for (const manager of order) world.apply(manager, { spec: partOf(spec, owners, manager) });
  return world;
};

test('appliers of different fields come to the same object and the same owners in any order', (t) => {
  fc.assert(
    fc.property(shares, ([spec, owners, order]) => {
      const [one, other] = [applyAll(spec, owners, ['alpha', 'beta', 'gamma']), applyAll(spec, owners, order)];
      t.is(withoutManagers(other.live), withoutManagers(one.live));
      t.deepEqual(other.owners.toSorted(), one.owners.toSorted());
    }),
    { numRuns: 300 },
  );
});

test('the parts that several apply are the whole that one applies, in values and in what is owned', (t) => {
  fc.assert(
    fc.property(shares, ([spec, owners, order]) => {
      const parts = applyAll(spec, owners, order);
      const whole = new World();
      whole.apply('alpha', { spec });
      t.is(withoutManagers(parts.live), withoutManagers(whole.live));
      const owned = (world: World): string[] =>
        [...paths(setsOf(world).reduce(union, emptySet))]
          .map((path) => path.join(' '))
          .filter((path) => path !== 'f:spec');
      t.deepEqual(owned(parts), owned(whole));
    }),
    { numRuns: 300 },
  );
});

test('an applier that leaves its fields out one by one ends with nothing, and so does the object', (t) => {
  fc.assert(
    fc.property(specs, (spec) => {
      const world = new World();
      world.apply('beta', { spec: { size: 1 } });
      const former = [withoutManagers(world.live), ...world.owners];
      const names = Object.keys(spec).filter((name) => name !== 'size');
      for (let count = names.length; count >= 0; count--) {
        const left = Object.fromEntries(names.slice(0, count).map((name) => [name, spec[name]]));
        world.apply('alpha', count === 0 ? {} : { spec: left });
        for (const name of names.slice(count)) t.is(world.spec[name], name === 'color' ? 'red' : undefined);
      }
      t.deepEqual([withoutManagers(world.live), ...world.owners], former);
    }),
    { numRuns: 200 },
  );
});
