import type { KindDefinition } from '../kind-definition.ts';
import type { KubeObject } from '../object.ts';
import { ageColumn } from './columns.ts';
import { boolean, string, stringMap } from './fragments.ts';

const countKeys = (object: KubeObject): number =>
  Object.keys((object as KubeObject & { readonly data?: object }).data ?? {}).length;

/** core/v1 Secret. */
export const secret: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  listKind: 'SecretList',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  selectableFields: ['type'],
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.type' },
    { name: 'Data', type: 'string', jsonPath: '.data', compute: countKeys },
    ageColumn,
  ],
  schema: {
    type: 'object',
    description: 'Something that is not to be shown: a password, a key, credentials for a registry.',
    properties: {
      metadata: { type: 'object' },
      data: {
        type: 'object',
        description: 'Keys and bytes (base64). Keys are letters, digits, `-`, `_` and `.`.',
        additionalProperties: { type: 'string', format: 'byte' },
      },
      stringData: stringMap(
        'Keys and texts for writing without base64: the server moves them to `data`. Never read back.',
      ),
      type: string('What the keys mean to programs; Opaque when nothing is said. Cannot be changed.'),
      immutable: boolean('true freezes data and this field.'),
    },
  },
};
