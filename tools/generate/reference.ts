/** Reference pages in docs/reference: one a kind, one of all conditions and reasons, and the list of them. */
import { CONDITION_TYPES, REASON_MEANINGS } from '../../schemas/conditions.ts';
import { quantity } from '../../schemas/definitions/fragments.ts';
import { jsonSchemaProps } from '../../schemas/definitions/json-schema-props.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { apiVersionOf, KINDS } from '../../schemas/kinds.ts';
import type { StructuralSchema } from '../../schemas/structural/schema.ts';
import type { GeneratedFile } from './generated-file.ts';

const NOTE = '<!-- Generated from schemas/ by `npm run generate`. Never edited. -->';

export function generateReference(kinds: readonly KindDefinition[] = KINDS): readonly GeneratedFile[] {
  return [
    ...kinds.map((definition) => page(definition.singular, kindPage(definition))),
    page('conditions', conditionsPage()),
    page('README', indexPage(kinds)),
  ];
}

const page = (name: string, lines: readonly string[]): GeneratedFile => ({
  path: `docs/reference/${name}.md`,
  content: `${[NOTE, '', ...lines].join('\n')}\n`,
});

const row = (...cells: readonly string[]): string => `| ${cells.map(cellText).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[]): readonly string[] => [
  row(...head),
  `|${' --- |'.repeat(head.length)}`,
  ...rows,
];
const cellText = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => `\`${text}\``;

function kindPage(definition: KindDefinition): readonly string[] {
  const { kind, schema, scope, plural, shortNames, selectableFields, columns, finalizer } = definition;
  return [
    `# ${kind}`,
    '',
    schema.description ?? '',
    '',
    `- apiVersion: ${code(apiVersionOf(definition))}`,
    `- resource: ${code(plural)}${shortNames.length > 0 ? `, short ${shortNames.map(code).join(', ')}` : ''}`,
    `- scope: ${scope}`,
    `- field selectors: ${['metadata.name', 'metadata.namespace', ...selectableFields].map(code).join(', ')}`,
    ...(finalizer === undefined ? [] : [`- finalizer: ${code(finalizer)}`]),
    '',
    ...Object.entries(schema.properties ?? {})
      .filter(([name]) => name !== 'metadata')
      .flatMap(([name, child]) => section(name, child, schema.required ?? [])),
    '## Columns',
    '',
    'What `get` shows; those marked wide only with `-o wide`.',
    '',
    ...table(
      ['Column', 'Type', 'From', ''],
      columns.map((column) =>
        row(
          column.name,
          column.type,
          column.compute || column.computeAt ? 'computed' : code(column.jsonPath),
          column.priority ? 'wide' : '',
        ),
      ),
    ),
  ];
}

function section(name: string, schema: StructuralSchema, required: readonly string[]): readonly string[] {
  const fields = fieldRows(name, schema, required.includes(name));
  return [`## ${name}`, '', ...table(['Field', 'Type', 'Default', 'Meaning', 'Rules'], fields), ''];
}

/** A row for the field and one for everything below it, in the order of the schema. */
function fieldRows(path: string, schema: StructuralSchema, isRequired: boolean): readonly string[] {
  const own = row(
    code(path),
    typeOf(schema),
    schema.default === undefined ? '' : code(JSON.stringify(schema.default)),
    schema.description ?? '',
    rulesOf(schema, isRequired).join('; '),
  );
  return [own, ...childRows(path, schema)];
}

function childRows(path: string, schema: StructuralSchema): readonly string[] {
  // it contains itself, and is not ours to explain
  if (schema === jsonSchemaProps) return [];
  const { properties, items, required = [], additionalProperties } = schema;
  if (items) return childRows(`${path}[]`, items);
  if (properties) {
    return Object.entries(properties).flatMap(([name, child]) =>
      fieldRows(`${path}.${name}`, child, required.includes(name)),
    );
  }
  return typeof additionalProperties === 'object' ? childRows(`${path}.*`, additionalProperties) : [];
}

function typeOf(schema: StructuralSchema): string {
  if (schema['x-kubernetes-int-or-string']) return 'integer or string';
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  if (typeof schema.additionalProperties === 'object') return `map of ${typeOf(schema.additionalProperties)}`;
  return `${schema.type ?? 'any'}${schema.format === undefined ? '' : ` (${schema.format})`}`;
}

function rulesOf(schema: StructuralSchema, isRequired: boolean): readonly string[] {
  const limit = (word: string, value: number | undefined, unit = ''): readonly string[] =>
    value === undefined ? [] : [`${word} ${value}${unit}`];
  const keys = schema['x-kubernetes-list-map-keys'];
  return [
    ...(isRequired ? ['required'] : []),
    ...(schema.enum ? [`one of ${schema.enum.map((value) => code(JSON.stringify(value))).join(', ')}`] : []),
    ...limit('minimum', schema.minimum),
    ...limit('maximum', schema.maximum),
    ...limit('at least', schema.minLength, ' characters'),
    ...limit('at most', schema.maxLength, ' characters'),
    ...limit('at most', schema.maxItems, ' items'),
    ...patternRule(schema),
    ...(keys ? [`items differ in ${keys.map(code).join(', ')}`] : []),
    ...ruleMessages(schema),
    ...(schema.items ? ruleMessages(schema.items) : []),
  ];
}

const QUANTITY_PATTERN = quantity('').pattern;

function patternRule({ pattern }: StructuralSchema): readonly string[] {
  if (pattern === undefined) return [];
  return pattern === QUANTITY_PATTERN ? ['a quantity: `2`, `500m`, `64Mi`'] : [`matches ${code(pattern)}`];
}

const ruleMessages = (schema: StructuralSchema): readonly string[] =>
  (schema['x-kubernetes-validations'] ?? []).map(({ message, rule }) => message ?? code(rule));

function conditionsPage(): readonly string[] {
  return [
    '# Conditions and reasons',
    '',
    '## Condition types',
    '',
    ...table(
      ['Type', 'Meaning', 'Polarity', 'Set by'],
      Object.entries(CONDITION_TYPES).map(([type, { meaning, polarity, setBy }]) =>
        row(code(type), meaning, polarity, setBy),
      ),
    ),
    '',
    '## Reasons',
    '',
    ...table(
      ['Reason', 'Meaning'],
      Object.entries(REASON_MEANINGS).map(([reason, meaning]) => row(code(reason), meaning)),
    ),
  ];
}

function indexPage(kinds: readonly KindDefinition[]): readonly string[] {
  return [
    '# Reference',
    '',
    'Every field of every kind, from the schemas that the API server checks by.',
    '',
    ...table(
      ['Kind', 'apiVersion', 'What it is'],
      kinds.map((definition) =>
        row(
          `[${definition.kind}](${definition.singular}.md)`,
          code(apiVersionOf(definition)),
          definition.schema.description ?? '',
        ),
      ),
    ),
    '',
    'See also [conditions and reasons](conditions.md).',
  ];
}
