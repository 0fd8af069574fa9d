/** Tables: rows that the server has made for people, as `kubectl get` asks for them. */
import type { JsonObject, JsonValue, KindRef, KubeObject, Status } from '../schemas/object.ts';
import { isObject } from '../schemas/structural/own.ts';
import { decodeJson } from '../schemas/text/json.ts';
import { ApiError, type CallOptions, type ListOptions, type WatchOptions } from './client.ts';
import type { HttpClient } from './http.ts';
import { linesOf } from './lines.ts';
import { listParameters, watchParameters, type QueryParameters } from './parameters.ts';
import { resourcePath, type KindLocation } from './resource-path.ts';

/** meta/v1 TableColumnDefinition. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, others with `-o wide`. */
  readonly priority: number;
}

/** meta/v1 TableRow. */
export interface TableRow {
  readonly cells: readonly JsonValue[];
  /** Metadata alone, or the whole object where that was asked for. */
  readonly object: KubeObject;
}

/** meta/v1 Table. */
export interface Table {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  /** Empty in all events of a watch but the first. */
  readonly columnDefinitions: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

export type TableEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly table: Table }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** A collection, or one object of it. */
export interface TableTarget {
  readonly ref: KindRef;
  readonly location: KindLocation;
  readonly namespace?: string;
  readonly name?: string;
  /** Have whole objects beside the cells. */
  readonly wholeObjects?: boolean;
}

const ACCEPT = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** One page of rows. Rejects with ApiError. */
export async function getTable(client: HttpClient, target: TableTarget, options: ListOptions = {}): Promise<Table> {
  const { signal } = options;
  const path = pathOf(target, target.name === undefined ? listParameters(options) : {});
  return asTable(await client.raw(path, { accept: ACCEPT, ...(signal === undefined ? {} : { signal }) }));
}

/** Changes as rows. Ends when the server ends it; rejects with ApiError, reason `Expired` when the version is too old. */
export async function* watchTable(
  client: HttpClient,
  target: TableTarget,
  options: Omit<WatchOptions, 'namespace'> & CallOptions = {},
): AsyncGenerator<TableEvent> {
  const { signal } = options;
  const path = pathOf(target, watchParameters(options));
  const stream = await client.stream(path, { accept: ACCEPT, ...(signal === undefined ? {} : { signal }) });
  try {
    for await (const line of linesOf(stream)) yield eventOf(decodeJson(line).value);
  } finally {
    stream.destroy();
  }
}

function pathOf({ ref, location, namespace, name, wholeObjects }: TableTarget, parameters: QueryParameters): string {
  const query = new URLSearchParams({ ...parameters, ...(wholeObjects ? { includeObject: 'Object' } : {}) }).toString();
  const path = resourcePath(
    { ...ref, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) },
    location,
  );
  return query === '' ? path : `${path}?${query}`;
}

function eventOf(frame: JsonValue): TableEvent {
  const { type, object } = isObject(frame) ? frame : {};
  if (!isObject(object)) throw new SyntaxError('a watch event must have a type and an object');
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, table: asTable(object) };
    case 'BOOKMARK':
      return { type, resourceVersion: versionOf(object) };
    case 'ERROR':
      throw new ApiError(object as unknown as Status);
    default:
      throw new SyntaxError(`a watch event of type ${JSON.stringify(type)} is none we know`);
  }
}

const versionOf = (object: JsonObject): string => {
  const { metadata } = object as unknown as Partial<KubeObject>;
  return metadata?.resourceVersion ?? '';
};

/** Throws SyntaxError when the server answers with something else. */
function asTable(value: JsonValue): Table {
  if (!isObject(value) || value['kind'] !== 'Table') throw new SyntaxError('the server did not answer with a Table');
  const table = value as unknown as Partial<Table>;
  return {
    metadata: table.metadata ?? {},
    columnDefinitions: table.columnDefinitions ?? [],
    rows: table.rows ?? [],
  };
}
