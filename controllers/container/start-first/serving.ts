import type { InstanceState } from '../../../runtime/ports/containers.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import { gapCause } from '../../../schemas/values/start-first.ts';
import { containerID, SPEC_HASH_LABEL, specHash } from '../names.ts';
import { findRevision } from '../rollout/begin.ts';
import { asItWas } from '../rollout/revision.ts';
import type { Instances } from '../instances.ts';
import type { Context as PassContext } from './workers.ts';

type Context = Pick<PassContext, 'status' | 'reader' | 'event' | 'signal'>;

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

/**
 * The Container as the instance that serves was made for, when the one that `aimed` asks for is to be prepared beside it. Undefined: there is
 * one instance, as ever, and a change stops it first. So it is where nothing serves, and where an instance cannot have a network of its own, has
 * others in it, or may come to an end that is wanted; that is told once a change.
 */
export async function servingBeside(
  aimed: Container,
  { context, deps }: { readonly context: Context; readonly deps: { readonly instances: Pick<Instances, 'of'> } },
): Promise<Container | undefined> {
  const { rollout, currentRevision, update, state } = context.status.current;
  if (aimed.spec.updateStrategy?.type !== 'StartFirst') return undefined;
  if (rollout === undefined || rollout.reverted || currentRevision === undefined) return undefined;
  const revision = rollout.revision === currentRevision ? undefined : findRevision(aimed, currentRevision, context);
  if (revision === undefined) return undefined;
  const serving = asItWas(aimed, revision);
  const gap = gapCause(aimed.spec, serving.spec) ?? sharedBy(aimed, context);
  if (update !== undefined && gap === undefined) return serving;
  if (state?.running === undefined) return undefined;
  const instances = await deps.instances.of(aimed.metadata.uid, context.signal);
  if (!instances.some((instance) => serves(instance, serving, context))) return undefined;
  if (gap === undefined) return serving;
  tellGap(gap, context);
  return undefined;
}

/** Whoever lives in its network would lose it, and be started again. */
function sharedBy({ metadata: { namespace = '', name } }: Container, { reader }: Context): string | undefined {
  const [other] = reader.list<Container>(CONTAINER, { namespace, index: { name: 'shares', value: name } });
  return other && `Container ${namespace}/${other.metadata.name} shares its network`;
}

const serves = ({ id, labels }: InstanceState, serving: Container, { status: { current } }: Context): boolean =>
  containerID(id) === current.containerID && labels[SPEC_HASH_LABEL] === specHash(serving, current.configurationHash);

function tellGap(gap: string, { status, event }: Context): void {
  const { rollout } = status.current;
  if (rollout === undefined || rollout.gap !== undefined) return;
  status.set({ rollout: { ...rollout, gap } });
  event('Warning', REASONS.NotStartFirst, `the old one is stopped first, as by Recreate: ${gap}`);
}
