import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { Condition, KubeObject, ObjectInput } from '../../schemas/object.ts';

/** A kind for tests of the engine: it has a status, counts generations, and nobody else looks after it. */
export interface Widget extends KubeObject {
  readonly spec?: { readonly size?: number; readonly color?: string };
  readonly status?: WidgetStatus & { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number };
}

export interface WidgetStatus {
  readonly seen?: number;
  readonly note?: string;
}

export const WIDGET = { apiVersion: 'test.tsmoby.dev/v1', kind: 'Widget' } as const;

export const widgetKind: KindDefinition = {
  group: 'test.tsmoby.dev',
  version: 'v1',
  kind: 'Widget',
  listKind: 'WidgetList',
  plural: 'widgets',
  singular: 'widget',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  subresources: ['status'],
  columns: [],
  selectableFields: [],
  builtin: false,
  schema: {
    type: 'object',
    description: 'A thing to test with.',
    properties: {
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        description: 'What is wanted.',
        properties: {
          size: { type: 'integer', description: 'How big.' },
          color: { type: 'string', description: 'Its colour.' },
        },
      },
      status: {
        type: 'object',
        description: 'What is there.',
        properties: {
          seen: { type: 'integer', description: 'The size that was seen.' },
          note: { type: 'string', description: 'Anything.' },
          observedGeneration: { type: 'integer', description: 'The generation that was seen.' },
          conditions: {
            type: 'array',
            description: 'How it is.',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['type'],
            items: {
              type: 'object',
              required: ['type', 'status'],
              properties: {
                type: { type: 'string', description: 'What about.' },
                status: { type: 'string', description: 'True, False or Unknown.' },
                observedGeneration: { type: 'integer', description: 'At which generation.' },
                lastTransitionTime: { type: 'string', format: 'date-time', description: 'Since when.' },
                reason: { type: 'string', description: 'Why.' },
                message: { type: 'string', description: 'Why, for people.' },
              },
            },
          },
        },
      },
    },
  },
};

/** A Widget to create in namespace default. */
export function widget(
  name: string,
  spec: Widget['spec'] = {},
  metadata: Partial<KubeObject['metadata']> = {},
): ObjectInput<Widget> {
  return { ...WIDGET, metadata: { name, namespace: 'default', ...metadata }, spec };
}

export const widgetRef = (name: string) => ({ ...WIDGET, namespace: 'default', name });
