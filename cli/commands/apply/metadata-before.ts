import { isReason } from '../../../client/client.ts';
import { resourcePath } from '../../../client/resource-path.ts';
import type { JsonValue, KubeObject } from '../../../schemas/object.ts';
import { isObject } from '../../../schemas/structural/own.ts';
import type { Session } from '../../connect/session.ts';
import { refOf, resourceOf, type KindInfo } from '../../kinds/directory.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { listMetadata } from './list-metadata.ts';

const ONE_ONLY = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';
/** For more objects of a kind and namespace than this, one list costs less than asking for each. */
const FEW = 3;

/** An object as it was found: of Containers all, of other kinds perhaps just this. */
export type Found = Pick<KubeObject, 'metadata'>;

interface FindOptions {
  /** Of every kind all. */
  readonly whole: boolean;
  readonly signal: AbortSignal;
}

/**
 * Every object that is there already, by `keyOf`: metadata, which tells `unchanged` from `configured`, and of Containers what they were, which tells what becomes of
 * those that run.
 */
export async function metadataBefore(
  session: Session,
  manifests: readonly Manifest[],
  options: FindOptions,
): Promise<ReadonlyMap<string, Found>> {
  const groups = Map.groupBy(manifests, ({ kind, namespace = '' }) => `${resourceOf(kind)} ${namespace}`);
  const found = new Map<string, Found>();
  await Promise.all(
    [...groups.values()].map((group) =>
      group.length <= FEW ? askEach(session, group, found, options) : list(session, group, found, options),
    ),
  );
  return found;
}

/** Names an object among all kinds and namespaces. */
export const keyOf = ({ kind, namespace = '', name }: Pick<Manifest, 'kind' | 'namespace' | 'name'>): string =>
  `${resourceOf(kind)} ${namespace} ${name}`;

async function askEach(
  { client }: Session,
  group: readonly Manifest[],
  found: Map<string, Found>,
  { whole, signal }: FindOptions,
): Promise<void> {
  await Promise.all(
    group.map(async (manifest) => {
      const { kind, namespace, name } = manifest;
      const target = { ...refOf(kind), name, ...(namespace === undefined ? {} : { namespace }) };
      try {
        record(
          await client.raw(resourcePath(target, kind), {
            accept: whole || isContainer(kind) ? 'application/json' : ONE_ONLY,
            signal,
          }),
          manifest,
          found,
        );
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
    }),
  );
}

async function list(
  session: Session,
  group: readonly Manifest[],
  found: Map<string, Found>,
  { whole, signal }: FindOptions,
): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const { kind, namespace } = first;
  for await (const item of listMetadata(session, kind, { namespace, whole: whole || isContainer(kind), signal }))
    record(item, first, found);
}

export const isContainer = ({ group, kind }: KindInfo): boolean => group === 'tsmoby.dev' && kind === 'Container';

function record(object: JsonValue, { kind, namespace }: Manifest, found: Map<string, Found>): void {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  if (!isObject(metadata)) return;
  const { name, resourceVersion } = metadata;
  if (typeof name !== 'string' || typeof resourceVersion !== 'string') return;
  const key = keyOf({ kind, name, ...(namespace === undefined ? {} : { namespace }) });
  found.set(key, object as unknown as Found);
}
