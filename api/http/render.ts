/**
 * Objects as the client wants them: whole, as metadata only, or as rows of a Table. These renderers write JSON; yaml.ts
 * and protobuf.ts beside them put it into other forms.
 */
import type { KubeObject, Status } from '../../schemas/object.ts';
import { bytesOf, type ByteSink } from '../byte-sink.ts';
import type { Representation } from '../negotiate.ts';
import type { Parameters } from '../pipeline/request.ts';
import type { ListMetadata, ObjectValue, WatchFrame } from '../pipeline/response.ts';
import { jsonFrame } from './json-frame.ts';
import type { ServedResource } from '../registry/resource.ts';
import { badRequest } from '../status-error.ts';
import { cellsOf, tableOf, type IncludeObject, type Table } from '../table.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';

/** A list as it is written piece by piece: what stands before, between and behind its items. */
export interface ListShape {
  readonly head: string | Uint8Array;
  readonly separator: string;
  readonly tail: string;
}

/** How one request wants to see objects of one resource. */
export interface Renderer {
  readonly contentType: string;
  /** Names the representation: bytes are shared between watchers with the same one. */
  readonly key: string;
  /** One object as the whole answer. */
  object(value: ObjectValue): Uint8Array;
  /** One object as an item of a list, behind what is in the sink. */
  item(value: ObjectValue, sink: ByteSink): void;
  /** `itemBytes` is how long all items are together, for renderers that are `counted`; 0 for others. */
  list(metadata: ListMetadata, empty: boolean, itemBytes: number): ListShape;
  /** The head of a list tells its length: all items are made before the first byte goes out. */
  readonly counted: boolean;
  /** One item may take milliseconds. */
  readonly isSlow?: boolean;
  readonly watch: WatchRenderer;
}

/** What stands in a watch. */
export interface WatchRenderer {
  readonly contentType: string;
  /** One object in an event; `first` is the first event of its watch. */
  event(value: ObjectValue, first: boolean): Uint8Array;
  bookmark(resourceVersion: string, initialEventsEnd: boolean): Uint8Array;
  status(status: Status): Uint8Array;
  /** An event as it goes out, around one of the above. */
  frame(type: WatchFrame['type'], object: Uint8Array): Uint8Array;
}

export interface RenderInput {
  readonly representation: Representation;
  readonly resource: ServedResource;
  readonly parameters: Parameters;
  /** Milliseconds since the epoch, for ages. */
  readonly now: () => number;
}

/** Throws BadRequest for an includeObject that nobody knows. */
export function rendererFor(input: RenderInput): Renderer {
  const { transform } = input.representation;
  switch (transform.as) {
    case 'Table':
      return tableRenderer(input, transform.version);
    case 'PartialObjectMetadata':
      return partialRenderer(transform.version);
    case 'object':
    case 'APIGroupDiscoveryList':
      return plainRenderer(input.resource);
  }
}

const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/** How far a watch has come, as an object without content. */
export const bookmarkOf = (apiVersion: string, kind: string, resourceVersion: string, end: boolean) => ({
  kind,
  apiVersion,
  metadata: { resourceVersion, creationTimestamp: null, ...(end ? { annotations: INITIAL_EVENTS_END } : {}) },
});

/** What all watches in JSON share. */
const JSON_WATCH = { contentType: 'application/json', frame: jsonFrame, status: encode } as const;

/** `items` stands last, so that the list can be written while it is made. */
const listHead = (kind: string, apiVersion: string, metadata: ListMetadata): string =>
  `${JSON.stringify({ kind, apiVersion, metadata }).slice(0, -1)},"items":[`;

function plainRenderer({ definition }: ServedResource): Renderer {
  const apiVersion = apiVersionOf(definition);
  const json = (value: ObjectValue): Uint8Array => value.json();
  return {
    contentType: 'application/json',
    key: 'json',
    object: json,
    item: (value, sink) => value.writeJson(sink),
    counted: false,
    list: (metadata) => ({ head: listHead(definition.listKind, apiVersion, metadata), separator: ',', tail: ']}' }),
    watch: {
      ...JSON_WATCH,
      event: json,
      bookmark: (version, end) => encode(bookmarkOf(apiVersion, definition.kind, version, end)),
    },
  };
}

/** meta/v1 PartialObjectMetadata of an object. */
export const partial = (object: KubeObject, version: string) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: object.metadata,
});

/** Bytes of an object with what stands around them. */
interface Wrapped {
  readonly before: string;
  readonly write: (value: ObjectValue, sink: ByteSink) => void;
  readonly after: string;
}

/** An object's metadata in its wrapping: the bytes are the stored ones. */
const wrappedMetadata = (version: string): Wrapped => ({
  before: `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":`,
  write: (value, sink) => value.writeMetadata(sink),
  after: '}',
});

function partialRenderer(version: string): Renderer {
  const { before, write, after } = wrappedMetadata(version);
  const item = (value: ObjectValue, sink: ByteSink): void => {
    sink.text(before);
    write(value, sink);
    sink.text(after);
  };
  const json = (value: ObjectValue): Uint8Array => bytesOf((sink) => item(value, sink));
  const apiVersion = `meta.k8s.io/${version}`;
  return {
    contentType: `application/json;as=PartialObjectMetadata;v=${version};g=meta.k8s.io`,
    key: `partial/${version}`,
    object: json,
    item,
    counted: false,
    list: (metadata) => ({
      head: listHead('PartialObjectMetadataList', apiVersion, metadata),
      separator: ',',
      tail: ']}',
    }),
    watch: {
      ...JSON_WATCH,
      event: json,
      bookmark: (version, end) => encode(bookmarkOf(apiVersion, 'PartialObjectMetadata', version, end)),
    },
  };
}

function includeOf(text: string | undefined): IncludeObject {
  if (text === undefined || text === '' || text === 'Metadata') return 'Metadata';
  if (text === 'Object' || text === 'None') return text;
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(text.slice(0, 40))}`);
}

function tableRenderer({ resource, parameters, now }: RenderInput, version: string): Renderer {
  const include = includeOf(parameters['includeObject']);
  const table = tableOf(resource.definition);
  const { columns } = table;
  const { before, write, after } = shownBeside(include, version);
  const row = (value: ObjectValue, sink: ByteSink): void => {
    sink.text(`{"cells":${cellsOf(rowOf(table, value), now())}${before}`);
    write(value, sink);
    sink.text(after);
  };
  const headOf = (metadata: object, columnDefinitions: unknown): string =>
    `${JSON.stringify({ kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions }).slice(0, -1)},"rows":[`;
  const one = (value: ObjectValue, columnDefinitions: unknown): Uint8Array =>
    bytesOf((sink) => {
      sink.text(headOf({ resourceVersion: value.summary().metadata.resourceVersion }, columnDefinitions));
      row(value, sink);
      sink.text(']}');
    });
  return {
    contentType: 'application/json',
    key: `table/${version}/${include}`,
    object: (value) => one(value, columns),
    item: row,
    counted: false,
    list: (metadata) => ({ head: headOf(metadata, columns), separator: ',', tail: ']}' }),
    watch: {
      ...JSON_WATCH,
      event: (value, first) => one(value, first ? columns : null),
      bookmark: (resourceVersion, end) =>
        Buffer.from(`${headOf({ resourceVersion, ...(end ? { annotations: INITIAL_EVENTS_END } : {}) }, null)}]}`),
    },
  };
}

function rowOf(table: Table, value: ObjectValue): ReturnType<Table['row']> {
  if (table.readsManagedFields) return table.row(value.glance());
  return table.keepsRows ? value.kept(table, table.row) : table.row(value.summary());
}

/** What stands beside the cells of a row, up to its end. */
function shownBeside(include: IncludeObject, version: string): Wrapped {
  if (include === 'None') return { before: '', write: () => undefined, after: '}' };
  const { before, write, after } = include === 'Metadata' ? wrappedMetadata(version) : WHOLE;
  return { before: `,"object":${before}`, write, after: `${after}}` };
}

const WHOLE: Wrapped = { before: '', write: (value, sink) => value.writeJson(sink), after: '' };
