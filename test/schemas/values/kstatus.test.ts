import test from 'ava';
import type { KubeObject } from '../../../schemas/object.ts';
import { computeStatus } from '../../../schemas/values/kstatus.ts';

const metadata = { name: 'x', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const condition = (type: string, status: string, message = '') => ({
  type,
  status,
  message,
  reason: 'Why',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
const ours = (status?: object, more: object = {}): KubeObject => ({
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Container',
  metadata: { ...metadata, generation: 2, ...more },
  ...(status ? { status } : {}),
});

for (const [title, object, state, message] of [
  ['nothing is not found', undefined, 'NotFound', 'Resource not found'],
  [
    'an object being deleted is terminating, whatever its conditions say',
    ours({ observedGeneration: 2, conditions: [condition('Ready', 'True')] }, { deletionTimestamp: 'now' }),
    'Terminating',
    'Resource scheduled for deletion',
  ],
  [
    'an object of ours that nobody has looked at is in progress',
    ours(),
    'InProgress',
    'Container has not been looked at by its controller yet',
  ],
  [
    'a status of an older generation is in progress',
    ours({ observedGeneration: 1, conditions: [condition('Ready', 'True')] }),
    'InProgress',
    'Container generation is 2, but latest observed generation is 1',
  ],
  [
    'Stalled is failed, also when it was ready',
    ours({ observedGeneration: 2, conditions: [condition('Ready', 'True'), condition('Stalled', 'True', 'no')] }),
    'Failed',
    'no',
  ],
  [
    'Reconciling is in progress',
    ours({ observedGeneration: 2, conditions: [condition('Reconciling', 'True'), condition('Ready', 'True')] }),
    'InProgress',
    'Why',
  ],
  [
    'Ready is current',
    ours({ observedGeneration: 2, conditions: [condition('Ready', 'True'), condition('Stalled', 'False')] }),
    'Current',
    'Resource is Ready',
  ],
  [
    'not ready is in progress',
    ours({ observedGeneration: 2, conditions: [condition('Ready', 'Unknown', 'runtime is away')] }),
    'InProgress',
    'runtime is away',
  ],
  [
    'a kind without status is current at once',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata },
    'Current',
    'Resource is current',
  ],
] as const) {
  test(title, (t) => {
    t.deepEqual(computeStatus(object), { state, message });
  });
}
