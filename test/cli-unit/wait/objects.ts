/** Objects in the middle of their work. */
import type { Build, Container, Image } from '../../../schemas/gen/types.ts';
import type { Condition, KubeObject } from '../../../schemas/object.ts';

const API = 'tsmoby.dev/v1alpha1';

export const condition = (type: string, status: 'True' | 'False', reason: string, message: string): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const base = (kind: string, name: string): KubeObject => ({
  apiVersion: API,
  kind,
  metadata: {
    name,
    namespace: 'default',
    uid: name,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
});

export const container = (image: string, ...conditions: readonly Condition[]): Container =>
  ({ ...base('Container', 'web'), spec: { image }, status: { observedGeneration: 1, conditions } }) as Container;

export const image = (reference: string, progress?: NonNullable<Image['status']>['progress']): Image =>
  ({
    ...base('Image', `auto-${reference}`),
    spec: { reference },
    status: {
      observedGeneration: 1,
      conditions: [condition('Reconciling', 'True', 'ImagePulling', 'looking for it')],
      ...(progress === undefined ? {} : { progress }),
    },
  }) as Image;

export const download = (completedBytes: number, totalBytes: number): NonNullable<Image['status']>['progress'] => ({
  phase: 'Downloading',
  completedBytes,
  totalBytes,
  layers: 4,
  layersDone: 1,
});

export const build = (completedSteps: number, totalSteps: number, step: string): Build =>
  ({
    ...base('Build', 'app'),
    spec: {},
    status: {
      observedGeneration: 1,
      conditions: [condition('Reconciling', 'True', 'Building', 'building')],
      lastBuild: { number: 1, phase: 'Running', completedSteps, totalSteps },
      steps: [
        { name: 'done', running: false },
        { name: step, running: true },
      ],
    },
  }) as unknown as Build;
