import type { Container } from '../../../schemas/gen/types.ts';
import { containerID, SPEC_HASH_LABEL, specHash } from '../names.ts';
import { networkMode } from '../network-mode.ts';
import { findRevision } from '../rollout/begin.ts';
import { asItWas } from '../rollout/revision.ts';
import type { Workers } from './workers.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

/**
 * The Container as the instance that serves was made for, when the one that `aimed` asks for is to be prepared beside it. Undefined: there is
 * one instance, as ever, and a change stops it first. So it is where nothing serves, where an instance cannot have a network of its
 * own or has others in it, and where a process may come to an end that is wanted.
 */
export async function servingBeside(aimed: Container, { context, deps }: Workers): Promise<Container | undefined> {
  const { rollout, currentRevision, update, state, containerID: written, configurationHash } = context.status.current;
  const { updateStrategy, restartPolicy = 'Always' } = aimed.spec;
  if (updateStrategy?.type !== 'StartFirst' || restartPolicy !== 'Always' || networkMode(aimed) !== 'cni') {
    return undefined;
  }
  // Whoever lives in its network would lose it, and be started again.
  const query = { namespace: aimed.metadata.namespace ?? '', index: { name: 'shares', value: aimed.metadata.name } };
  if (context.reader.list(CONTAINER, query).length > 0) return undefined;
  if (rollout === undefined || rollout.reverted || currentRevision === undefined) return undefined;
  const revision = rollout.revision === currentRevision ? undefined : findRevision(aimed, currentRevision, context);
  if (revision === undefined) return undefined;
  const serving = asItWas(aimed, revision);
  if (networkMode(serving) !== 'cni') return undefined;
  if (update !== undefined) return serving;
  if (state?.running === undefined) return undefined;
  const hash = specHash(serving, configurationHash);
  const instances = await deps.instances.of(aimed.metadata.uid, context.signal);
  const isOf = instances.some(({ id, labels }) => containerID(id) === written && labels[SPEC_HASH_LABEL] === hash);
  return isOf ? serving : undefined;
}
