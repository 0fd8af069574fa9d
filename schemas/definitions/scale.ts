import type { KindDefinition } from '../kind-definition.ts';
import { ageColumn } from './columns.ts';
import { integer, object, string } from './fragments.ts';

/** autoscaling/v1 Scale: what the subresource `scale` of any kind takes and gives. Never stored, and no resource of its own. */
export const scale: KindDefinition = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  listKind: 'ScaleList',
  plural: 'scales',
  singular: 'scale',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  selectableFields: [],
  columns: [
    { name: 'Desired', type: 'integer', description: 'Number of desired replicas', jsonPath: '.spec.replicas' },
    { name: 'Available', type: 'integer', description: 'Number of actual replicas', jsonPath: '.status.replicas' },
    ageColumn,
  ],
  schema: {
    type: 'object',
    description: 'How many replicas an object wants and has.',
    properties: {
      metadata: { type: 'object' },
      spec: object('What is wanted.', { replicas: integer('How many replicas.', { format: 'int32' }) }),
      status: object('What is there.', {
        replicas: integer('How many replicas there are.', { format: 'int32' }),
        selector: string('The label selector that finds them, as a text.'),
      }),
    },
  },
};
