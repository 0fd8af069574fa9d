import type { KindInfo } from '../../kinds/directory.ts';
import { refOf } from '../../kinds/directory.ts';
import { resourcePath } from '../../../client/resource-path.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { isList, isObject } from '../../../schemas/structural/own.ts';
import type { Session } from '../../connect/session.ts';

/** What a list answers with when only metadata is asked for; servers that cannot do so answer with whole objects. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';
const PAGE = 500;

export interface MetadataQuery {
  /** Absent: of all namespaces, or of a kind without. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  /** Whole objects. */
  readonly whole?: boolean;
  readonly signal: AbortSignal;
}

/** Every object of a kind with its metadata and whatever else the server sends, a page at a time. Rejects with ApiError. */
export async function* listMetadata(
  { client }: Session,
  kind: KindInfo,
  { namespace, labelSelector, whole = false, signal }: MetadataQuery,
): AsyncGenerator<JsonObject> {
  const path = resourcePath({ ...refOf(kind), ...(namespace === undefined ? {} : { namespace }) }, kind);
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
    if (next !== undefined) query.set('continue', next);
    const page = await client.raw(`${path}?${query.toString()}`, {
      accept: whole ? 'application/json' : METADATA_ONLY,
      signal,
    });
    const { items, metadata } = isObject(page) ? page : ({} as JsonObject);
    yield* (isList(items) ? items : []).filter(isObject);
    const token = isObject(metadata) ? metadata['continue'] : undefined;
    next = typeof token === 'string' && token !== '' ? token : undefined;
  } while (next !== undefined);
}
