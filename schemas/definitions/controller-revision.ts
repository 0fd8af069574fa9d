import type { KindDefinition } from '../kind-definition.ts';
import type { KubeObject } from '../object.ts';
import { ageColumn } from './columns.ts';
import { integer } from './fragments.ts';

/** `container.tsmoby.dev/web`: the owner that controls it. */
function controllerOf({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const [group = '', version] = owner.apiVersion.split('/');
  const kind = owner.kind.toLowerCase();
  return `${version === undefined ? kind : `${kind}.${group}`}/${owner.name}`;
}

/** apps/v1 ControllerRevision. */
export const controllerRevision: KindDefinition = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  listKind: 'ControllerRevisionList',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  selectableFields: [],
  columns: [
    { name: 'Controller', type: 'string', jsonPath: '.metadata.ownerReferences', compute: controllerOf },
    { name: 'Revision', type: 'string', jsonPath: '.revision' },
    ageColumn,
  ],
  schema: {
    type: 'object',
    description: 'What an object asked for at one time, kept by its controller to go back to. Its data never changes.',
    required: ['revision'],
    properties: {
      metadata: { type: 'object' },
      data: {
        type: 'object',
        description: 'What was asked for, as its controller writes it down.',
        'x-kubernetes-preserve-unknown-fields': true,
      },
      revision: integer('Newer ones have higher numbers.'),
    },
  },
};
