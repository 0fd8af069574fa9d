import type { KindDefinition } from '../kind-definition.ts';
import { asPodEvents } from '../values/pod-events.ts';
import { event, eventColumns, eventSeries, eventSource, objectReference } from './event.ts';
import { integer, string } from './fragments.ts';
import { microTime, time } from './object-meta.ts';

/** events.k8s.io/v1 Event: core/v1's Event, under newer names. */
export const newerEvent: KindDefinition = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  listKind: 'EventList',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  scope: 'Namespaced',
  subresources: [],
  builtin: true,
  storedAs: { group: event.group, plural: event.plural },
  selectableFields: [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'regarding.resourceVersion',
    'regarding.fieldPath',
    'reason',
    'reportingController',
    'type',
  ],
  alsoSelectedAs: asPodEvents('regarding'),
  columns: eventColumns,
  schema: {
    type: 'object',
    description: 'Something that happened to an object. Kept for an hour.',
    required: ['metadata'],
    properties: {
      metadata: { type: 'object' },
      eventTime: microTime('When it happened first, in microseconds.'),
      series: eventSeries,
      reportingController: string('Name of the controller that wrote it: `example.com/controller`.'),
      reportingInstance: string('Which instance of the controller.'),
      action: string('What was done, or failed.'),
      reason: string('Why, in one CamelCase word.'),
      regarding: objectReference('The object this is about.'),
      related: objectReference('A second object that has to do with it.'),
      note: string('What happened, for a person.'),
      type: string('Normal or Warning.'),
      deprecatedSource: eventSource('core/v1 only: who saw it.'),
      deprecatedFirstTimestamp: time('core/v1 only: when it happened first.', { nullable: true }),
      deprecatedLastTimestamp: time('core/v1 only: when it happened last.', { nullable: true }),
      deprecatedCount: integer('core/v1 only: how often it happened.', { format: 'int32' }),
    },
  },
};
