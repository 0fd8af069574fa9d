import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { ContainerSpec } from '../../schemas/gen/types.ts';
import { readConfiguration } from './configuration.ts';
import { madeAs } from './made-as.ts';
import { containerID, IMAGE_LABEL, RESOURCES_LABEL, SPEC_HASH_LABEL } from './names.ts';
import { networkMode } from './network-mode.ts';
import type { Wanted } from './plan.ts';
import type { Work } from './work.ts';

/** A process that runs in place of what the spec asks for, when the revision to go back to is gone. */
export interface Stranded {
  readonly instance: InstanceState;
  readonly work: Work;
  /** It is what is wanted, as it is. */
  readonly wanted: Wanted;
  /** What it was made for is known all the same. */
  readonly known: boolean;
}

/**
 * The process that status tells of, looked after as its own revision says, or with what an instance can follow of the spec of now where that is lost:
 * its probes, hooks, ports and names. Undefined: none runs.
 */
export function strandedOf(work: Work, instances: readonly InstanceState[]): Stranded | undefined {
  const { container, context } = work;
  const { containerID: written } = context.status.current;
  const instance = instances.find(({ id }) => containerID(id) === written);
  if (instance?.task?.pid === undefined || instance.task.status === 'stopped') return undefined;
  const { labels } = instance;
  const own = madeAs(container, instance, context);
  const source = labels[IMAGE_LABEL] ?? '';
  const stand = own ?? { ...container, spec: { ...container.spec, ...imageOf(source) } };
  const specHash = labels[SPEC_HASH_LABEL] ?? '';
  const { restartPolicy } = stand.spec;
  const resources = labels[RESOURCES_LABEL] ?? '';
  const configuration = readConfiguration(stand, context.reader);
  return {
    instance,
    work: { ...work, container: stand, specHash, configuration },
    wanted: { id: instance.id, specHash, source, resources, restartPolicy },
    known: own !== undefined,
  };
}

/** The reverse of the image label, so that the instance is seen as one of this spec. */
function imageOf(source: string): Pick<ContainerSpec, 'image' | 'imageFrom'> {
  const [, kind, name = ''] = /^([A-Z]\w*)\/(.+)$/.exec(source) ?? [];
  if (kind === undefined) return { image: source, imageFrom: undefined } as Pick<ContainerSpec, 'image'>;
  return { image: undefined, imageFrom: { kind, name } } as Pick<ContainerSpec, 'imageFrom'>;
}

/** Whose network is of another kind now is reached as it was. */
export const isReachedAlike = ({ container, context: { status } }: Work): boolean =>
  networkMode(container) === 'cni' && status.current.networks !== undefined;
