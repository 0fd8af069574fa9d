import type { KindDefinition } from '../kind-definition.ts';
import { atomicList, keyedList, object, string } from './fragments.ts';
import { time } from './object-meta.ts';
import { ageColumn } from './columns.ts';

/** core/v1 Namespace. */
export const namespace: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  listKind: 'NamespaceList',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  scope: 'Cluster',
  subresources: ['status'],
  builtin: true,
  selectableFields: ['status.phase'],
  columns: [{ name: 'Status', type: 'string', jsonPath: '.status.phase' }, ageColumn],
  schema: {
    type: 'object',
    description: 'A scope for names. Deleting it deletes all that is in it.',
    properties: {
      metadata: { type: 'object' },
      spec: object(
        'What is wanted of the namespace.',
        { finalizers: atomicList('Those that must be done before the namespace may go.', { type: 'string' }) },
        { model: 'NamespaceSpec' },
      ),
      status: object(
        'Where the namespace is in its life.',
        {
          phase: string('Active or Terminating.'),
          conditions: keyedList(
            'What keeps the namespace from going.',
            ['type'],
            object(
              'One condition.',
              {
                type: string('What this is about.'),
                status: string('True, False or Unknown.'),
                lastTransitionTime: time('When status last changed.', { nullable: true }),
                reason: string('Why, in one CamelCase word.'),
                message: string('Why, for a person.'),
              },
              { model: 'NamespaceCondition', required: ['type', 'status'] },
            ),
            { 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'type' },
          ),
        },
        { model: 'NamespaceStatus' },
      ),
    },
  },
};
