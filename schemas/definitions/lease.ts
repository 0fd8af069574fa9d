import type { KindDefinition } from '../kind-definition.ts';
import type { KubeObject } from '../object.ts';
import { ageColumn } from './columns.ts';
import { integer, object, string } from './fragments.ts';
import { microTime } from './object-meta.ts';

/** Empty where nobody holds it: a path would find nothing, which kubectl prints as `<none>`. */
const holder = (object: KubeObject): string =>
  (object as KubeObject & { readonly spec?: { readonly holderIdentity?: string } }).spec?.holderIdentity ?? '';

/** coordination.k8s.io/v1 Lease. */
export const lease: KindDefinition = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  listKind: 'LeaseList',
  plural: 'leases',
  singular: 'lease',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  selectableFields: [],
  columns: [{ name: 'Holder', type: 'string', jsonPath: '.spec.holderIdentity', compute: holder }, ageColumn],
  schema: {
    type: 'object',
    description: 'Who holds something at present, and until when: leader election and sign of life.',
    properties: {
      metadata: { type: 'object' },
      spec: object(
        'The lease.',
        {
          holderIdentity: string('Who holds it.'),
          leaseDurationSeconds: integer('How long others wait after renewTime before they may take it. Above 0.', {
            format: 'int32',
          }),
          acquireTime: microTime('When the holder took it.'),
          renewTime: microTime('When the holder last renewed it.'),
          leaseTransitions: integer('How often the holder changed.', { format: 'int32' }),
          strategy: string('How a coordinated election picks the leader.'),
          preferredHolder: string('Who should take it next. Only together with strategy.'),
        },
        { model: 'LeaseSpec' },
      ),
    },
  },
};
