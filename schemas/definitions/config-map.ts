import type { KindDefinition } from '../kind-definition.ts';
import type { KubeObject } from '../object.ts';
import { ageColumn } from './columns.ts';
import { boolean, stringMap } from './fragments.ts';

const countKeys = (object: KubeObject): number => {
  const { data, binaryData } = object as KubeObject & { readonly data?: object; readonly binaryData?: object };
  return Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length;
};

/** core/v1 ConfigMap. */
export const configMap: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  listKind: 'ConfigMapList',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  selectableFields: [],
  columns: [{ name: 'Data', type: 'string', jsonPath: '.data', compute: countKeys }, ageColumn],
  schema: {
    type: 'object',
    description: 'Configuration that containers read as environment variables or files.',
    properties: {
      metadata: { type: 'object' },
      data: stringMap(
        'Keys and UTF-8 texts. Keys are letters, digits, `-`, `_` and `.`; none stands in binaryData too.',
      ),
      binaryData: {
        type: 'object',
        description: 'Keys and bytes (base64).',
        additionalProperties: { type: 'string', format: 'byte' },
      },
      immutable: boolean('true freezes data, binaryData and this field.'),
    },
  },
};
