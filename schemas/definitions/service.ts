import type { KindDefinition } from '../kind-definition.ts';
import { ageColumn } from './columns.ts';
import { container } from './container.ts';
import { object, string } from './fragments.ts';

/**
 * core/v1 Service, of which there is none yet. It is known because clients ask for Services before they do anything else:
 * `kubectl cluster-info` ends with an error where nobody has heard of them.
 */
export const service: KindDefinition = {
  group: '',
  version: 'v1',
  kind: 'Service',
  listKind: 'ServiceList',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  storedAs: { group: container.group, plural: container.plural },
  readOnly: 'there are no Services here yet: nothing can be written',
  selectableFields: ['spec.clusterIP', 'spec.type'],
  columns: [{ name: 'Type', type: 'string', jsonPath: '.spec.type' }, ageColumn],
  schema: {
    type: 'object',
    description: 'A name and address for several Pods. There are none here yet.',
    properties: {
      metadata: { type: 'object' },
      spec: object('What is wanted.', {
        type: string('How it is reached.'),
        clusterIP: string('Its address.'),
      }),
    },
  },
};
