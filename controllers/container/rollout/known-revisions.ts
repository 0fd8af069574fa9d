import { isReason } from '../../../client/client.ts';
import type { Container, ContainerStatus, ControllerRevision } from '../../../schemas/gen/types.ts';
import type { ReconcileContext } from '../../engine/contract.ts';
import { findRevision } from './begin.ts';
import { REVISION, revisionName } from './revision.ts';

/** The good revision of each Container whose spec asks for another one, as it was last seen, by uid of the Container. */
export class KnownRevisions {
  readonly #byUid = new Map<string, ControllerRevision>();

  get(uid: string, name: string): ControllerRevision | undefined {
    const known = this.#byUid.get(uid);
    return known?.metadata.name === name ? known : undefined;
  }

  note(uid: string, revision: ControllerRevision): void {
    this.#byUid.set(uid, revision);
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }
}

/** The revision that is gone back to, or still runs, is written down again where somebody deleted it. */
export async function keepGoodRevision(
  container: Container,
  context: Pick<ReconcileContext<ContainerStatus>, 'client' | 'reader' | 'signal' | 'status'>,
  known: KnownRevisions,
): Promise<void> {
  const { uid } = container.metadata;
  const { currentRevision } = context.status.current;
  if (currentRevision === undefined || currentRevision === revisionName(container)) {
    known.forget(uid);
    return;
  }
  const found = findRevision(container, currentRevision, context);
  if (found !== undefined) {
    known.note(uid, found);
    return;
  }
  const lost = known.get(uid, currentRevision);
  if (lost === undefined) return;
  const { data, revision, metadata: was } = lost;
  const { namespace = '', name, labels, ownerReferences = [] } = was;
  const metadata = { namespace, name, ownerReferences, ...(labels && { labels }) };
  try {
    const again = { ...REVISION, metadata, revision, ...(data && { data }) };
    await context.client.create<ControllerRevision>(again, { signal: context.signal });
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}
