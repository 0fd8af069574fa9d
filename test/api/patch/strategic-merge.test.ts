import test from 'ava';
import { PatchError } from '../../../api/patch/patch-error.ts';
import { applyStrategicMergePatch } from '../../../api/patch/strategic-merge.ts';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import { freezeDeep } from '../../../schemas/structural/own.ts';
import type { StructuralSchema } from '../../../schemas/structural/schema.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';

const text: StructuralSchema = { type: 'string' };
const texts: StructuralSchema = { type: 'array', items: text };

/** What core/v1 has of patch strategies, in one kind. */
const schema = compileStructural(
  {
    type: 'object',
    properties: {
      data: { type: 'object', additionalProperties: text },
      spec: {
        type: 'object',
        properties: {
          containers: {
            type: 'array',
            'x-kubernetes-patch-strategy': 'merge',
            'x-kubernetes-patch-merge-key': 'name',
            items: {
              type: 'object',
              properties: {
                name: text,
                image: text,
                args: texts,
                env: {
                  type: 'array',
                  'x-kubernetes-patch-strategy': 'merge',
                  'x-kubernetes-patch-merge-key': 'name',
                  items: { type: 'object', properties: { name: text, value: text } },
                },
              },
            },
          },
          strategy: {
            type: 'object',
            'x-kubernetes-patch-strategy': 'retainKeys',
            properties: { type: text, rolling: text },
          },
          whole: { type: 'object', 'x-kubernetes-patch-strategy': 'replace', properties: { a: text, b: text } },
        },
      },
    },
  },
  { metadata: objectMeta },
);

const parse = (text: string): JsonValue => freezeDeep(JSON.parse(text) as JsonValue);

const gives = test.macro({
  exec(t, before: string, patch: string, after: string) {
    const object = parse(before) as JsonObject;
    t.is(JSON.stringify(applyStrategicMergePatch(schema, object, parse(patch))), after);
    t.is(JSON.stringify(object), before);
  },
  title: (name) => `strategic merge: ${name ?? ''}`,
});

test(
  'maps merge and nulls delete',
  gives,
  '{"data":{"a":"1","b":"2"}}',
  '{"data":{"a":null,"c":"3"}}',
  '{"data":{"b":"2","c":"3"}}',
);
test(
  'a null for what is not there is nothing',
  gives,
  '{}',
  '{"data":{"a":null,"b":"1"},"spec":null}',
  '{"data":{"b":"1"}}',
);
test(
  'a list without a strategy is replaced',
  gives,
  '{"spec":{"containers":[{"name":"a","args":["1","2"]}]}}',
  '{"spec":{"containers":[{"name":"a","args":["3"]}]}}',
  '{"spec":{"containers":[{"name":"a","args":["3"]}]}}',
);
test(
  'finalizers are a set',
  gives,
  '{"metadata":{"finalizers":["a","b"]}}',
  '{"metadata":{"finalizers":["b","c"]}}',
  '{"metadata":{"finalizers":["a","b","c"]}}',
);
test(
  'items leave a set',
  gives,
  '{"metadata":{"finalizers":["a","b"]}}',
  '{"metadata":{"$deleteFromPrimitiveList/finalizers":["a","x"]}}',
  '{"metadata":{"finalizers":["b"]}}',
);
test(
  'items leave and join a set in one patch',
  gives,
  '{"metadata":{"finalizers":["a","b"]}}',
  '{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"finalizers":["c"]}}',
  '{"metadata":{"finalizers":["c","b"]}}',
);
test(
  'a set is put in order',
  gives,
  '{"metadata":{"finalizers":["a","b"]}}',
  '{"metadata":{"$setElementOrder/finalizers":["c","b","a"],"finalizers":["c"]}}',
  '{"metadata":{"finalizers":["c","b","a"]}}',
);
test(
  'ownerReferences merge by uid',
  gives,
  '{"metadata":{"ownerReferences":[{"uid":"1","name":"x"}]}}',
  '{"metadata":{"ownerReferences":[{"uid":"1","name":"y"},{"uid":"2","name":"z"}]}}',
  '{"metadata":{"ownerReferences":[{"uid":"1","name":"y"},{"uid":"2","name":"z"}]}}',
);
test(
  'keyed items merge, in the order of the patch',
  gives,
  '{"spec":{"containers":[{"name":"a","image":"1","args":["x"]}]}}',
  '{"spec":{"containers":[{"name":"b","image":"9"},{"name":"a","image":"2"}]}}',
  '{"spec":{"containers":[{"name":"b","image":"9"},{"name":"a","image":"2","args":["x"]}]}}',
);
test(
  'what set image sends keeps the order',
  gives,
  '{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}',
  '{"spec":{"$setElementOrder/containers":[{"name":"a"},{"name":"b"}],"containers":[{"name":"b","image":"2"}]}}',
  '{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}',
);
test(
  'items are put in order, others go before the first that they stood before',
  gives,
  '{"spec":{"containers":[{"name":"a"},{"name":"x"},{"name":"b"}]}}',
  '{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}',
  '{"spec":{"containers":[{"name":"x"},{"name":"b"},{"name":"a"}]}}',
);
test(
  'lists in keyed items merge by their own strategy',
  gives,
  '{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]}}',
  '{"spec":{"containers":[{"name":"a","env":[{"name":"Y","value":"2"}]}]}}',
  '{"spec":{"containers":[{"name":"a","env":[{"name":"Y","value":"2"},{"name":"X","value":"1"}]}]}}',
);
test(
  'an item is deleted',
  gives,
  '{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}',
  '{"spec":{"containers":[{"name":"a","$patch":"delete"},{"name":"none","$patch":"delete"}]}}',
  '{"spec":{"containers":[{"name":"b"}]}}',
);
test(
  'an item is replaced with its list',
  gives,
  '{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b"}]}}',
  '{"spec":{"containers":[{"$patch":"replace"},{"name":"a","args":["x"]}]}}',
  '{"spec":{"containers":[{"name":"a","args":["x"]}]}}',
);
test('a map is replaced', gives, '{"data":{"a":"1"}}', '{"data":{"$patch":"replace","b":"2"}}', '{"data":{"b":"2"}}');
test('a map is emptied', gives, '{"data":{"a":"1"}}', '{"data":{"$patch":"delete"}}', '{"data":{}}');
test(
  'a map is merged when it says so',
  gives,
  '{"data":{"a":"1"}}',
  '{"data":{"$patch":"merge","b":"2"}}',
  '{"data":{"a":"1","b":"2"}}',
);
test(
  'a map whose strategy is replace',
  gives,
  '{"spec":{"whole":{"a":"1"}}}',
  '{"spec":{"whole":{"b":"2"}}}',
  '{"spec":{"whole":{"b":"2"}}}',
);
test(
  'only retained keys stay',
  gives,
  '{"spec":{"strategy":{"type":"Rolling","rolling":"x"}}}',
  '{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}',
  '{"spec":{"strategy":{"type":"Recreate"}}}',
);
test(
  'no directive is left in what is new',
  gives,
  '{}',
  '{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a","env":[{"name":"X","$patch":"delete"}]},{"name":"b","$patch":"delete"}]}}',
  '{"spec":{"containers":[{"name":"a","env":[]}]}}',
);
test(
  'parts without a schema merge like a merge patch',
  gives,
  '{"other":{"l":[1],"m":{"a":1}}}',
  '{"other":{"l":[2],"m":{"b":2}}}',
  '{"other":{"l":[2],"m":{"a":1,"b":2}}}',
);
test(
  'keys of prototypes are keys',
  gives,
  '{"data":{"a":"1"}}',
  '{"data":{"__proto__":"x","constructor":"y"}}',
  '{"data":{"a":"1","__proto__":"x","constructor":"y"}}',
);

test('a patch that changes nothing gives back the object itself', (t) => {
  const object = parse(
    '{"metadata":{"finalizers":["a"]},"spec":{"containers":[{"name":"a","image":"1"}]}}',
  ) as JsonObject;
  const patch = { metadata: { finalizers: ['a'] }, spec: { containers: [{ name: 'a', image: '1' }] } };
  t.is(applyStrategicMergePatch(schema, object, patch), object);
});

const fails = test.macro({
  exec(t, patch: string, message: RegExp) {
    const object = parse('{"metadata":{"finalizers":["a"]},"spec":{"containers":[{"name":"a"}]}}') as JsonObject;
    const error = t.throws(() => applyStrategicMergePatch(schema, object, parse(patch)), {
      instanceOf: PatchError,
      message,
    });
    t.is(error.code, 400);
  },
  title: (_, patch: string) => `strategic merge patch ${patch} is refused`,
});

test(fails, '[]', /must be an object/);
test(fails, '{"data":{"$patch":"explode"}}', /must be merge, replace or delete/);
test(fails, '{"metadata":{"$deleteFromPrimitiveList/finalizers":"a"}}', /must be a list/);
test(fails, '{"metadata":{"$setElementOrder/finalizers":{}}}', /must be a list/);
test(fails, '{"spec":{"containers":[{"image":"x"}]}}', /does not contain its merge key name/);
test(fails, '{"spec":{"containers":["a"]}}', /must be objects/);
test(fails, '{"spec":{"$setElementOrder/containers":[{}]}}', /must contain the merge key name/);
test(fails, '{"spec":{"$retainKeys":"x"}}', /must be a list of names/);
test(fails, '{"spec":{"strategy":{"$retainKeys":["type"],"rolling":"x"}}}', /does not name "rolling"/);
