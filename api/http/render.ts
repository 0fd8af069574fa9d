/**
 * Objects as the client wants them: whole, as metadata only, or as rows of a Table. These renderers write JSON; yaml.ts
 * and protobuf.ts beside them put it into other forms.
 */
import type { KubeObject, Status } from '../../schemas/object.ts';
import type { Representation } from '../negotiate.ts';
import type { Parameters } from '../pipeline/request.ts';
import type { ListMetadata, ObjectValue, WatchFrame } from '../pipeline/response.ts';
import { jsonFrame } from './json-frame.ts';
import type { ServedResource } from '../registry/resource.ts';
import { badRequest } from '../status-error.ts';
import { createTable, type IncludeObject } from '../table.ts';
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
  /** One object as an item of a list. */
  item(value: ObjectValue): Uint8Array;
  /** `itemBytes` is how long all items are together, for renderers that are `counted`; 0 for others. */
  list(metadata: ListMetadata, empty: boolean, itemBytes: number): ListShape;
  /** The head of a list tells its length: all items are made before the first byte goes out. */
  readonly counted: boolean;
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
    item: json,
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

function partialRenderer(version: string): Renderer {
  const json = (value: ObjectValue): Uint8Array => encode(partial(value.object(), version));
  const apiVersion = `meta.k8s.io/${version}`;
  return {
    contentType: `application/json;as=PartialObjectMetadata;v=${version};g=meta.k8s.io`,
    key: `partial/${version}`,
    object: json,
    item: json,
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
  const { columns, row } = createTable(resource.definition);
  const rowOf = (value: ObjectValue): unknown => {
    const object = value.object();
    const shown = include === 'Object' ? object : include === 'Metadata' ? partial(object, version) : undefined;
    return row(object, now(), shown);
  };
  const table = (metadata: object, columnDefinitions: unknown, rows: readonly unknown[]): Uint8Array =>
    encode({ kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions, rows });
  const versionOf = (value: ObjectValue): object => ({ resourceVersion: value.object().metadata.resourceVersion });
  return {
    contentType: 'application/json',
    key: `table/${version}/${include}`,
    object: (value) => table(versionOf(value), columns, [rowOf(value)]),
    item: (value) => encode(rowOf(value)),
    counted: false,
    list: (metadata) => ({
      head: `${JSON.stringify({ kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions: columns }).slice(0, -1)},"rows":[`,
      separator: ',',
      tail: ']}',
    }),
    watch: {
      ...JSON_WATCH,
      event: (value, first) => table(versionOf(value), first ? columns : null, [rowOf(value)]),
      bookmark: (resourceVersion, end) =>
        table({ resourceVersion, ...(end ? { annotations: INITIAL_EVENTS_END } : {}) }, null, []),
    },
  };
}
