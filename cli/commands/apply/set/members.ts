import { QUESTION_KINDS, KINDS } from '../../../../schemas/kinds.ts';
import type { KubeObject } from '../../../../schemas/object.ts';
import type { Extent } from '../../../../schemas/values/apply-set/extent.ts';
import { groupKind, PART_OF_LABEL } from '../../../../schemas/values/apply-set/marks.ts';
import { isDefinition } from '../../../../schemas/values/apply-set/order.ts';
import type { Session } from '../../../connect/session.ts';
import { refOf, type KindInfo } from '../../../kinds/directory.ts';
import { listMetadata } from '../list-metadata.ts';
import type { Member } from './plan.ts';

/** Every object of these kinds and namespaces with the label of the set: metadata, of definitions all. Rejects with ApiError. */
export async function findMembers(
  session: Session,
  id: string,
  extent: Extent,
  signal: AbortSignal,
): Promise<readonly Member[]> {
  const kinds = await Promise.all([...extent.groupKinds].map((name) => kindNamed(name, session)));
  const places = kinds.flatMap((kind): readonly { kind: KindInfo; namespace: string | undefined }[] => {
    // of one whose definition is gone, nothing is there
    if (kind === undefined) return [];
    return kind.scope === 'Cluster'
      ? [{ kind, namespace: undefined }]
      : [...extent.namespaces].map((namespace) => ({ kind, namespace }));
  });
  const found = await Promise.all(
    places.map(async ({ kind, namespace }) => {
      const ref = refOf(kind);
      const query = { namespace, labelSelector: `${PART_OF_LABEL}=${id}`, whole: isDefinition(ref), signal };
      const members: Member[] = [];
      for await (const item of listMetadata(session, kind, query))
        members.push({ kind, object: { ...item, ...ref } as unknown as KubeObject });
      return members;
    }),
  );
  return found.flat();
}

/** `Container.tsmoby.dev`, `ConfigMap`. */
async function kindNamed(name: string, { kinds }: Session): Promise<KindInfo | undefined> {
  const isIt = (kind: KindInfo): boolean => groupKind(refOf(kind)) === name && !isQuestion(kind);
  return KINDS.find(isIt) ?? (await kinds.served()).find(isIt);
}

const isQuestion = ({ group, kind }: KindInfo): boolean =>
  QUESTION_KINDS.some((one) => one.group === group && one.kind === kind);
