import test from 'ava';
import * as fc from 'fast-check';
import {
  firstAt,
  JsonPathError,
  parseColumnPath,
  parseTemplate,
  renderTemplate,
  valuesAtPath,
} from '../../../schemas/values/jsonpath.ts';

const LIST = {
  kind: 'List',
  items: [
    {
      metadata: { name: 'a', labels: { 'example.com/x': '1', __proto__: null } },
      status: {
        restarts: 1,
        ready: true,
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Stalled', status: 'False' },
        ],
      },
    },
    { metadata: { name: 'b' }, status: { restarts: 12, big: 9_007_199_254_740_993n, none: null } },
  ],
};

// kubectl 1.32 prints the same, with three exceptions where ours is the friendlier: it needs the dot in `{.kind}`, finds
// no quoted key that has a dot in it, and takes `$` inside a range for the item.
for (const [template, expected] of [
  ['plain text', 'plain text'],
  ['{.kind}', 'List'],
  ['{$.kind}', 'List'],
  ['{kind}', 'List'],
  ['a{.kind}b{.kind}', 'aListbList'],
  ['{.items[*].metadata.name}', 'a b'],
  ['{.items[0].metadata.name}', 'a'],
  ['{.items[-1].metadata.name}', 'b'],
  ['{.items[0:1].metadata.name}', 'a'],
  ['{.items[1:].metadata.name}', 'b'],
  ['{.items[::2].metadata.name}', 'a'],
  ['{.items[-1:].metadata.name}', 'b'],
  ['{.items[0,1].metadata.name}', 'a b'],
  ["{.items[0]['metadata','status'].name}", 'a'],
  ["{.items[0].metadata.labels['example.com/x']}", '1'],
  ['{.items[0].metadata.labels["example.com/x"]}', '1'],
  ['{.items[0].metadata.labels.example\\.com/x}', '1'],
  ['{..name}', 'a b'],
  ['{.items[?(@.metadata.name=="b")].status.restarts}', '12'],
  ["{.items[?(@.metadata.name=='b')].status.restarts}", '12'],
  ['{.items[?(@.status.restarts > 2)].metadata.name}', 'b'],
  ['{.items[?(@.status.restarts <= 1)].metadata.name}', 'a'],
  ['{.items[?(@.status.ready==true)].metadata.name}', 'a'],
  ['{.items[?(@.metadata.name!="b")].metadata.name}', 'a'],
  ['{.items[?(@.status.ready)].metadata.name}', 'a'],
  ['{.items[*].status.conditions[?(@.type=="Ready")].status}', 'True'],
  ['{range .items[*]}{.metadata.name}:{.status.restarts}{"\\n"}{end}', 'a:1\nb:12\n'],
  ['{range .items[*]}{.metadata.name}{range .status.conditions[*]} {.type}{end};{end}', 'a Ready Stalled;b;'],
  ['{range .items[*]}{$.kind}/{@.metadata.name} {end}', 'List/a List/b '],
  ['{.items[1].status.big}', '9007199254740993'],
  ['{.items[1].status}', '{"big":9007199254740993,"none":null,"restarts":12}'],
  ['{.items[0].status.conditions[0]}', '{"status":"True","type":"Ready"}'],
  ['{.missing.deeper[*].field}', ''],
  ['{.kind.field}', ''],
  ['{.toString}', ''],
  ['{.items[1].status.none}', ''],
  ['{"quoted \\"text\\" {}"}', 'quoted "text" {}'],
  ['{.items[*].metadata.*}', 'a {"example.com/x":"1"} b'],
  ['{range .items[0].metadata.name}{}{end}', 'a'],
  ['{ .kind }', 'List'],
] as const) {
  test(`template ${template} prints ${JSON.stringify(expected)}`, (t) => {
    t.is(renderTemplate(parseTemplate(template), LIST), expected);
  });
}

for (const [template, message] of [
  ['{.items', /a { is not closed/],
  ['{"x', /a quoted text is not closed/],
  ['{.items[0}', /a \[ is not closed/],
  ['{.items[x]}', /invalid array index x/],
  ['{.items[]}', /invalid array index/],
  ['{.items[0:1:0]}', /step must be > 0/],
  ['{.items[?(@.a == b)]}', /unrecognized "b" in a filter/],
  ['{.items[?@.a]}', /a filter is written/],
  ['{range .items[*]}', /{range} without {end} \(at character 1\)/],
  ['x{end}', /{end} without {range} \(at character 2\)/],
  ['{.a b}', /unexpected " b" \(at character 4\)/],
  ['{.a.}', /a field name is missing/],
] as const) {
  test(`template ${template} is refused: ${message.source}`, (t) => {
    t.throws(() => parseTemplate(template), { instanceOf: JsonPathError, message });
  });
}

test('an index outside of the list is an error in a template and nothing in a column', (t) => {
  t.throws(() => renderTemplate(parseTemplate('{.items[5]}'), LIST), {
    message: 'array index out of bounds: index 5, length 2',
  });
  t.deepEqual(valuesAtPath('.items[5].metadata.name', LIST), []);
});

test('column paths may leave out braces and the first dot', (t) => {
  for (const path of ['.kind', 'kind', '{.kind}', '{kind}', '$.kind']) t.deepEqual(valuesAtPath(path, LIST), ['List']);
  t.deepEqual(valuesAtPath('.items[0].status.conditions[?(@.type=="Ready")].status', LIST), ['True']);
  t.throws(() => valuesAtPath(`.${'a'.repeat(5000)}`, {}), { message: /longer than 4096/ });
});

test('a filter that compares several values at once is refused', (t) => {
  t.throws(() => valuesAtPath('.items[?(@..type=="Ready")]', LIST), {
    message: 'can only compare one element at a time',
  });
});

test('no template crashes the parser in another way', (t) => {
  const unit = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '.',
    'a',
    '*',
    '?',
    '(',
    ')',
    '@',
    '"',
    "'",
    '=',
    '0',
    ':',
    ',',
    ' ',
    '\\',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
      try {
        t.is(typeof renderTemplate(parseTemplate(`{${text}}`), LIST), 'string');
      } catch (error) {
        t.true(error instanceof JsonPathError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('the first value is the first of all, along plain fields too', (t) => {
  for (const path of [
    '.kind',
    '.items',
    '.items.metadata',
    '.items[*].metadata.name',
    '.items[1].status.none',
    '.nope.deeper',
    '.kind.length',
    '.toString',
  ]) {
    t.is(firstAt(parseColumnPath(path), LIST), valuesAtPath(path, LIST)[0], path);
  }
  t.is(firstAt(parseColumnPath('.a.b'), { a: { b: null } }), null);
});
