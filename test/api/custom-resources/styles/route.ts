import { definition, fields, list, ready, text, type Style } from './style.ts';

const name = text({ minLength: 1, maxLength: 253 });
const port = { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 };

const filter = fields(
  { type: text({ enum: ['Header', 'Redirect'] }), header: fields({ set: text() }), redirect: fields({ host: name }) },
  {
    required: ['type'],
    'x-kubernetes-validations': [
      { message: 'header must be set for type Header', rule: "!(!has(self.header) && self.type == 'Header')" },
      { message: 'header must be nil if the type is not Header', rule: "!(has(self.header) && self.type != 'Header')" },
    ],
  },
);

const match = fields({
  path: fields(
    {
      type: text({ default: 'PathPrefix', enum: ['Exact', 'PathPrefix'] }),
      value: text({ default: '/', maxLength: 1024 }),
    },
    {
      default: { type: 'PathPrefix', value: '/' },
      'x-kubernetes-validations': [
        { message: "value must be an absolute path and start with '/'", rule: "self.value.startsWith('/')" },
        {
          message: "must not contain '//'",
          rule: "self.type == 'Exact' || !self.value.contains('//')",
          reason: 'FieldValueForbidden',
          fieldPath: '.value',
        },
      ],
    },
  ),
  headers: list(fields({ name: text({ pattern: '^[A-Za-z-]+$' }), value: text() }, { required: ['name', 'value'] }), {
    maxItems: 16,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  }),
});

const rule = fields(
  {
    name: text({ maxLength: 63 }),
    matches: list(match, {
      maxItems: 8,
      default: [{ path: { type: 'PathPrefix', value: '/' } }],
      'x-kubernetes-list-type': 'atomic',
    }),
    filters: list(filter, {
      maxItems: 16,
      'x-kubernetes-list-type': 'atomic',
      'x-kubernetes-validations': [
        { message: 'Redirect filter cannot be repeated', rule: "self.filter(f, f.type == 'Redirect').size() <= 1" },
      ],
    }),
    backends: list(
      fields(
        { kind: text({ default: 'Service' }), name, port, weight: { type: 'integer', default: 1 } },
        {
          required: ['name'],
          'x-kubernetes-validations': [
            { message: 'Must have port for Service reference', rule: "self.kind == 'Service' ? has(self.port) : true" },
          ],
        },
      ),
      { maxItems: 16, 'x-kubernetes-list-type': 'atomic' },
    ),
  },
  {
    'x-kubernetes-validations': [
      {
        message: 'Redirect filter must not be used together with backends',
        rule: "(has(self.backends) && self.backends.size() > 0) ? (!has(self.filters) || self.filters.all(f, f.type != 'Redirect')) : true",
      },
    ],
  },
);

/** Gateway API's routes: rules across nested lists, unions told by a type, defaults inside of defaults. */
export const route: Style = {
  title: 'rules across nested lists and unions, as Gateway API has them',
  definition: definition(
    'Route',
    fields({
      hostnames: list(text({ pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', minLength: 1, maxLength: 253 }), {
        maxItems: 16,
        'x-kubernetes-list-type': 'atomic',
      }),
      rules: list(rule, {
        maxItems: 16,
        'x-kubernetes-list-type': 'atomic',
        'x-kubernetes-validations': [
          {
            message: 'Rule name must be unique within the route',
            rule: 'self.all(a, !has(a.name) || self.exists_one(b, has(b.name) && a.name == b.name))',
          },
        ],
      }),
    }),
    {
      columns: [
        { name: 'Hostnames', type: 'string', jsonPath: '.spec.hostnames' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    },
  ),
  good: {
    spec: { hostnames: ['*.example.com'], rules: [{ name: 'a', matches: [{}], backends: [{ name: 's', port: 80 }] }] },
  },
  defaulted: {
    spec: {
      rules: [
        {
          name: 'a',
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backends: [{ name: 's', port: 80, kind: 'Service', weight: 1 }],
        },
      ],
    },
  },
  refused: [
    [{ spec: { hostnames: ['http://a<'] } }, /spec\.hostnames\[0\]: Invalid value: "http:\/\/a<": .* should match/],
    [
      { spec: { rules: [{ backends: [{ name: 's' }] }] } },
      /spec\.rules\[0\]\.backends\[0\]: Invalid value: Must have port/,
    ],
    [
      { spec: { rules: [{ filters: [{ type: 'Header' }] }] } },
      /spec\.rules\[0\]\.filters\[0\]: Invalid value: header must be set/,
    ],
    [
      { spec: { rules: [{ matches: [{ path: { value: 'x' } }] }] } },
      /matches\[0\]\.path: Invalid value: value must be an absolute path/,
    ],
    [
      { spec: { rules: [{ matches: [{ path: { value: '/a//b' } }] }] } },
      /matches\[0\]\.path\.value: Forbidden: must not contain '\/\/'/,
    ],
    [{ spec: { rules: [{ name: 'a' }, { name: 'a' }] } }, /spec\.rules: Invalid value: Rule name must be unique/],
    [
      { spec: { rules: [{ filters: [{ type: 'Redirect' }], backends: [{ name: 's', port: 1 }] }] } },
      /spec\.rules\[0\]: Invalid value: Redirect filter must not be used together/,
    ],
    [
      { spec: { rules: [{ filters: [{ type: 'Redirect' }, { type: 'Redirect' }] }] } },
      /filters: Invalid value: Redirect filter cannot be repeated/,
    ],
    [
      {
        spec: {
          rules: [
            {
              matches: [
                {
                  headers: [
                    { name: 'a', value: '1' },
                    { name: 'a', value: '2' },
                  ],
                },
              ],
            },
          ],
        },
      },
      /matches\[0\]\.headers\[1\]: Duplicate value: {"name":"a"}/,
    ],
  ],
  changes: [[{ spec: { hostnames: ['a.example.com', 'b.example.com'] } }]],
  status: { conditions: [ready('True', 'Accepted')] },
  row: ['["a.example.com","b.example.com"]', '<age>'],
};
