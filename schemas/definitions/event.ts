import type { Cell, KindDefinition, PrinterColumn } from '../kind-definition.ts';
import type { KubeObject } from '../object.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { humanAge } from '../values/duration.ts';
import { coreEvent } from '../values/events.ts';
import { asPodEvents } from '../values/pod-events.ts';
import { integer, object, string } from './fragments.ts';
import { microTime, time } from './object-meta.ts';

interface EventFields extends KubeObject {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly fieldPath?: string };
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
  readonly message?: string;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly count?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null };
}

const first = (event: EventFields): string | null | undefined => event.firstTimestamp ?? event.eventTime;
const last = (event: EventFields): string | null | undefined =>
  event.series ? event.series.lastObservedTime : (event.lastTimestamp ?? first(event));
const component = (event: EventFields): string => event.source?.component || event.reportingComponent || '';
const host = (event: EventFields): string => event.source?.host || event.reportingInstance || '';
const target = ({ involvedObject: { kind = '', name = '' } = {} }: EventFields): string =>
  name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;

/** Columns show the core/v1 face of an Event, whichever of the two it has. */
const cell =
  (of: (event: EventFields) => Cell) =>
  (object: KubeObject): Cell =>
    of(coreEvent(object));
const age =
  (timeOf: (event: EventFields) => string | null | undefined) =>
  (object: KubeObject, now: number): Cell =>
    humanAge(timeOf(coreEvent(object)), now);

/** core/v1 ObjectReference. */
export const objectReference = (description: string): StructuralSchema =>
  object(
    description,
    {
      kind: string('Kind of the object.'),
      namespace: string('Namespace of the object.'),
      name: string('Name of the object.'),
      uid: string('UID of the object.'),
      apiVersion: string('API version of the object.'),
      resourceVersion: string('The version that is spoken of.'),
      fieldPath: string('The part of the object that is spoken of, as a path.'),
    },
    { model: 'ObjectReference', 'x-kubernetes-map-type': 'atomic' },
  );

/** core/v1 EventSource. */
export const eventSource = (description: string): StructuralSchema =>
  object(description, { component: string('The component.'), host: string('The machine.') }, { model: 'EventSource' });

/** EventSeries of both versions. */
export const eventSeries: StructuralSchema = object(
  'The repetitions, when there are some.',
  {
    count: integer('How often it happened up to now.', { format: 'int32' }),
    lastObservedTime: microTime('When it happened last.'),
  },
  { model: 'EventSeries' },
);

/** The columns of both versions. */
export const eventColumns: readonly PrinterColumn[] = [
  {
    name: 'Last Seen',
    type: 'string',
    jsonPath: '.lastTimestamp',
    computeAt: age(last),
  },
  { name: 'Type', type: 'string', jsonPath: '.type' },
  { name: 'Reason', type: 'string', jsonPath: '.reason' },
  { name: 'Object', type: 'string', jsonPath: '.involvedObject.name', compute: cell(target) },
  {
    name: 'Subobject',
    type: 'string',
    jsonPath: '.involvedObject.fieldPath',
    priority: 1,
    compute: cell((e) => e.involvedObject?.fieldPath ?? ''),
  },
  {
    name: 'Source',
    type: 'string',
    jsonPath: '.source.component',
    priority: 1,
    compute: cell((e) => [component(e), host(e)].filter(Boolean).join(', ')),
  },
  { name: 'Message', type: 'string', jsonPath: '.message', compute: cell((e) => (e.message ?? '').trim()) },
  {
    name: 'First Seen',
    type: 'string',
    jsonPath: '.firstTimestamp',
    priority: 1,
    computeAt: age(first),
  },
  {
    name: 'Count',
    type: 'string',
    jsonPath: '.count',
    priority: 1,
    compute: cell((e) => (e.series ? (e.series.count ?? 0) : e.count || 1)),
  },
  { name: 'Name', type: 'string', format: 'name', jsonPath: '.metadata.name', priority: 1 },
];

/** core/v1 Event. */
export const event: KindDefinition = {
  group: '',
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
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  computedFields: { source: (object) => component(object) },
  alsoSelectedAs: asPodEvents('involvedObject'),
  columns: eventColumns,
  schema: {
    type: 'object',
    description: 'Something that happened to an object. Kept for an hour.',
    required: ['metadata', 'involvedObject'],
    properties: {
      metadata: { type: 'object' },
      involvedObject: objectReference('The object this is about.'),
      reason: string('Why it happened, in one CamelCase word.'),
      message: string('What happened, for a person.'),
      source: eventSource('Who saw it.'),
      firstTimestamp: time('When it happened first.', { nullable: true }),
      lastTimestamp: time('When it happened last.', { nullable: true }),
      count: integer('How often it happened.', { format: 'int32' }),
      type: string('Normal or Warning.'),
      eventTime: microTime('When it happened first, in microseconds.'),
      series: eventSeries,
      action: string('What was done, or failed.'),
      related: objectReference('A second object that has to do with it.'),
      reportingComponent: string('Name of the controller that wrote it.'),
      reportingInstance: string('Which instance of the controller.'),
    },
  },
};
