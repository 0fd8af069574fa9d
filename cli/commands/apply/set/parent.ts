/** The object that an ApplySet hangs on. */
import { isReason } from '../../../../client/client.ts';
import type { KubeObject, ObjectMeta } from '../../../../schemas/object.ts';
import {
  NO_EXTENT,
  parentAnnotations,
  writtenExtent,
  type Extent,
} from '../../../../schemas/values/apply-set/extent.ts';
import {
  applySetId,
  GROUP_KINDS_ANNOTATION,
  ID_LABEL,
  PARENT_TYPE_LABEL,
  TOOLING,
  TOOLING_ANNOTATION,
  toolOf,
} from '../../../../schemas/values/apply-set/marks.ts';
import type { Session } from '../../../connect/session.ts';
import { CommandError, UsageError } from '../../../errors.ts';
import { refOf, shownName, type KindInfo } from '../../../kinds/directory.ts';

const FIELD_MANAGER = `${toolOf(TOOLING)}-applyset`;
const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

/** Where it is, whether or not it is there. */
export interface Parent {
  readonly kind: KindInfo;
  readonly name: string;
  /** Absent for kinds without. */
  readonly namespace?: string;
  /** Id of its ApplySet. */
  readonly id: string;
}

export interface FoundParent {
  /** Absent: it is not there. */
  readonly uid?: string;
  /** What it says of its members. */
  readonly extent: Extent;
}

/** `[RESOURCE[.GROUP]/]NAME`, a Secret unless said; in the namespace of the session. Rejects with UsageError, CommandError, ApiError. */
export async function parseParent(text: string, session: Session, signal: AbortSignal): Promise<Parent> {
  const at = text.indexOf('/');
  const name = text.slice(at + 1);
  if (name === '') throw new UsageError(`--applyset ${text}: the name is missing: write [RESOURCE/]NAME`);
  const kind = await session.kinds.typed(at < 0 ? 'secrets' : text.slice(0, at));
  if (!isBuiltin(kind)) await checkCustom(kind, session, signal);
  const isNamespaced = kind.scope === 'Namespaced';
  const namespace = isNamespaced ? session.namespace : '';
  const id = applySetId({ name, namespace, kind: kind.kind, group: kind.group });
  return { kind, name, id, ...(isNamespaced ? { namespace } : {}) };
}

const isBuiltin = ({ group, kind }: KindInfo): boolean => group === '' && (kind === 'Secret' || kind === 'ConfigMap');

async function checkCustom(kind: KindInfo, { client }: Session, signal: AbortSignal): Promise<void> {
  const refused = new CommandError(
    `--applyset: a ${kind.kind} cannot be the parent of an ApplySet: name a Secret or a ConfigMap, or label the definition of the kind with ${PARENT_TYPE_LABEL}`,
  );
  try {
    const { metadata } = await client.get({ ...DEFINITION, name: `${kind.plural}.${kind.group}` }, { signal });
    if (metadata.labels?.[PARENT_TYPE_LABEL] === undefined) throw refused;
  } catch (error) {
    throw isReason(error, 'NotFound') ? refused : error;
  }
}

/** Rejects with CommandError for an object that is there and is no parent, or another tool's. */
export async function readParent(parent: Parent, { client }: Session, signal: AbortSignal): Promise<FoundParent> {
  const { kind, name } = parent;
  let found: KubeObject;
  try {
    found = await client.get(refTo(parent), { signal });
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    if (!isBuiltin(kind))
      throw new CommandError(`--applyset: ${shownName(kind, name)} is not there: make it first`, { cause: error });
    return { extent: NO_EXTENT };
  }
  const problem = problemOf(found.metadata, parent);
  if (problem !== undefined) throw new CommandError(`--applyset: ${shownName(kind, name)} ${problem}`);
  return { uid: found.metadata.uid, extent: writtenExtent(found.metadata) };
}

function problemOf({ annotations = {}, labels = {} }: ObjectMeta, { kind, id }: Parent): string | undefined {
  const tooling = annotations[TOOLING_ANNOTATION];
  if (tooling === undefined) {
    const own = `annotation ${TOOLING_ANNOTATION}: ${TOOLING}, label ${ID_LABEL}: ${id}`;
    const advice = isBuiltin(kind) ? 'choose another name' : `give it ${own}`;
    return `is there already and is no parent of an ApplySet (it has no annotation ${TOOLING_ANNOTATION}): ${advice}`;
  }
  if (toolOf(tooling) !== toolOf(TOOLING))
    return `is the parent of an ApplySet of ${toolOf(tooling)}, not of ${toolOf(TOOLING)}: use ${toolOf(tooling)}, or choose another name`;
  if (labels[ID_LABEL] !== id)
    return `has ${labels[ID_LABEL] === undefined ? 'no label' : `${labels[ID_LABEL]} in the label`} ${ID_LABEL}, where ${id} must stand: set it, or choose another name`;
  // without it nobody knows where to look; an empty one is of a custom parent that has no members yet
  if (annotations[GROUP_KINDS_ANNOTATION] === undefined && isBuiltin(kind))
    return `has no annotation ${GROUP_KINDS_ANNOTATION}, so nobody knows the kinds of its members: set it`;
  return undefined;
}

/** Has it say what its set holds; an apply that changes nothing is no write. Rejects with ApiError. */
export async function writeParent(
  parent: Parent,
  extent: Extent,
  { client }: Session,
  signal: AbortSignal,
): Promise<void> {
  const { kind, name, namespace, id } = parent;
  const annotations = Object.entries(parentAnnotations(extent, namespace ?? ''));
  await client.apply(
    {
      ...refOf(kind),
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { [ID_LABEL]: id },
        annotations: Object.fromEntries(
          annotations.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])),
        ),
      },
    },
    // these fields are the tool's, whoever touched them
    { fieldManager: FIELD_MANAGER, force: true, signal },
  );
}

/** The parents of a set, `secret/web in namespace default`, for people. */
export async function shownParents(id: string, session: Session, signal: AbortSignal): Promise<string> {
  const kinds = await Promise.all(['secrets', 'configmaps', 'syncs'].map((name) => session.kinds.typed(name)));
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const { items } = await session.client
        .list(refOf(kind), { labelSelector: `${ID_LABEL}=${id}`, signal })
        .catch(() => ({ items: [] as readonly KubeObject[] }));
      return items.map(
        ({ metadata }) => `${shownName(kind, metadata.name)} in namespace ${metadata.namespace ?? 'none'}`,
      );
    }),
  );
  return found.flat().join(', ') || id;
}

const refTo = ({ kind, name, namespace }: Parent): Parameters<Session['client']['get']>[0] => ({
  ...refOf(kind),
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
