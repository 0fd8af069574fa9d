import * as fc from 'fast-check';
import test from 'ava';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import { PatchError } from '../../../api/patch/patch-error.ts';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-merge.ts';
import { configMap } from '../../../schemas/definitions/config-map.ts';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { equal } from '../../../schemas/structural/equal.ts';
import { canonical } from '../../../schemas/structural/identity.ts';
import { freezeDeep, isList, isObject, own } from '../../../schemas/structural/own.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';

const names = fc.constantFrom('a', 'b', 'metadata', 'finalizers', '__proto__', 'constructor', '$patch', '', '0');

const json = fc.letrec<{ any: JsonValue }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<JsonValue>(null, true, 0, 1, 'x', 'delete', 9007199254740993n),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(names, tie('any'), { maxKeys: 3 }),
  ),
})).any;

const objects = fc.dictionary(names, json, { maxKeys: 4 }).map((value) => freezeDeep(value as JsonObject));

const holds = <T extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  predicate: (...values: T) => boolean | void,
): void => {
  fc.assert(fc.property(...arbitraries, predicate), { numRuns: 500 });
};

test('a merge patch applied twice is the patch applied once', (t) => {
  holds<[JsonObject, JsonObject]>([objects, objects], (object, patch) => {
    const once = applyMergePatch(object, patch);
    return applyMergePatch(once, patch) === once || equal(applyMergePatch(once, patch), once);
  });
  t.pass();
});

test('the empty merge patch gives back the object itself, and inputs stay as they were', (t) => {
  holds<[JsonObject, JsonObject]>([objects, objects], (object, patch) => {
    const [before, said] = [canonical(object), canonical(patch)];
    applyMergePatch(object, patch);
    return applyMergePatch(object, {}) === object && canonical(object) === before && canonical(patch) === said;
  });
  t.pass();
});

/** The merge patch that leads from one value to another, where neither has a null. */
function mergeDiff(from: JsonObject, to: JsonObject): JsonObject {
  const patch = new Map<string, JsonValue>();
  for (const key of Object.keys(from)) if (own(to, key) === undefined) patch.set(key, null);
  for (const key of Object.keys(to)) {
    const [a, b] = [own(from, key), own(to, key) as JsonValue];
    if (a !== undefined && equal(a, b)) continue;
    patch.set(key, isObject(a) && isObject(b) ? mergeDiff(a, b) : b);
  }
  return Object.fromEntries(patch) as JsonObject;
}

const withoutNulls = (value: JsonValue): JsonValue => {
  if (isList(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value ?? 'null';
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutNulls(member ?? null)]),
  ) as JsonObject;
};

test('a computed merge patch leads from any object to any other', (t) => {
  holds<[JsonObject, JsonObject]>([objects, objects], (one, other) => {
    const [from, to] = [freezeDeep(withoutNulls(one) as JsonObject), freezeDeep(withoutNulls(other) as JsonObject)];
    return equal(applyMergePatch(from, mergeDiff(from, to)), to);
  });
  t.pass();
});

const pointer = (path: readonly string[]): string =>
  path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A JSON patch that leads from one value to another. */
function jsonDiff(from: JsonValue, to: JsonValue, path: readonly string[] = []): JsonObject[] {
  if (equal(from, to)) return [{ op: 'test', path: pointer(path), value: to }];
  if (!isObject(from) || !isObject(to)) return [{ op: 'replace', path: pointer(path), value: to }];
  const removed = Object.keys(from).filter((key) => own(to, key) === undefined);
  return [
    ...removed.map((key) => ({ op: 'remove', path: pointer([...path, key]) })),
    ...Object.keys(to).flatMap((key): JsonObject[] => {
      const [a, b] = [own(from, key), own(to, key) as JsonValue];
      const at = [...path, key];
      return a === undefined ? [{ op: 'add', path: pointer(at), value: b }] : jsonDiff(a, b, at);
    }),
  ];
}

test('a computed JSON patch leads from any object to any other', (t) => {
  holds<[JsonObject, JsonObject]>([objects, objects], (from, to) =>
    equal(applyJsonPatch(from, jsonDiff(from, to)), to),
  );
  t.pass();
});

const operations = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: fc.array(fc.oneof(names, fc.constantFrom('-', '1')), { maxLength: 3 }).map(pointer),
      from: fc.array(names, { maxLength: 2 }).map(pointer),
      value: json,
    },
    { requiredKeys: ['op', 'path'] },
  ),
  { maxLength: 6 },
);

test('any JSON patch gives an object or a PatchError, and changes no input', (t) => {
  holds<[JsonObject, JsonValue]>([objects, operations], (object, patch) => {
    const [before, said] = [canonical(object), canonical(patch)];
    try {
      applyJsonPatch(object, patch);
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
    }
    return canonical(object) === before && canonical(patch) === said;
  });
  t.pass();
});

test('a remove undoes an add, and a move back undoes a move', (t) => {
  holds<[JsonObject, JsonValue]>([objects, json], (object, value) => {
    const added = applyJsonPatch(object, [
      { op: 'add', path: '/new', value },
      { op: 'move', from: '/new', path: '/newer' },
      { op: 'move', from: '/newer', path: '/new' },
    ]);
    return equal(applyJsonPatch(added, [{ op: 'remove', path: '/new' }]), object);
  });
  t.pass();
});

test('any strategic merge patch gives an object without directives or a PatchError, and changes no input', (t) => {
  const schema = compileStructural(configMap.schema, { metadata: objectMeta });
  holds<[JsonObject, JsonObject]>([objects, objects], (target, patch) => {
    const object = JSON.parse(canonical(target).replaceAll('"$patch"', '"patch"')) as JsonObject;
    const [before, said] = [canonical(object), canonical(patch)];
    try {
      const after = applyStrategicMergePatch(schema, freezeDeep(object), patch);
      if (Object.hasOwn(after, '$patch')) return false;
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
    }
    return canonical(object) === before && canonical(patch) === said;
  });
  t.pass();
});
