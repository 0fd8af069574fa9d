import type { Connections } from '../../runtime/ports/connections.ts';
import type { Containers } from '../../runtime/ports/containers.ts';
import type { Images } from '../../runtime/ports/images.ts';
import type { LogRun, Logs } from '../../runtime/ports/logs.ts';
import type { Publications } from '../../runtime/ports/publications.ts';
import type { Sandboxes } from '../../runtime/ports/sandboxes.ts';
import type { Probes } from '../../runtime/ports/probes.ts';
import type { Volumes } from '../../runtime/ports/volumes.ts';
import type { Build, Container, ContainerStatus, Image } from '../../schemas/gen/types.ts';
import type { Outcome, ReconcileContext } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import type { Hooks } from './hooks.ts';
import type { ChangeHooks } from './change-hooks.ts';
import type { Configuration } from './configuration.ts';
import type { Dependency } from './dependencies.ts';
import type { DependencyObjects } from './dependency-objects.ts';
import type { ImageCache } from './image-cache.ts';
import type { Instances } from './instances.ts';
import type { GivenLimits } from './log-limits.ts';
import type { KnownRevisions } from './rollout/known-revisions.ts';
import type { Looks } from './rollout/looks.ts';
import type { Stops } from './stops.ts';

/** The parts of the outside world that a Container needs. */
export interface ContainerDeps {
  readonly connections: Connections;
  readonly containers: Containers;
  readonly images: Images;
  readonly logs: Logs;
  readonly sandboxes: Sandboxes;
  readonly publications: Publications;
  readonly volumes: Volumes;
  readonly probes: Probes;
  readonly instances: Instances;
  readonly imageCache: ImageCache;
  readonly stops: Stops;
  readonly hooks: Hooks;
  readonly timers: Timers;
  readonly changeHooks: ChangeHooks;
  readonly looks: Looks;
  readonly givenLimits: GivenLimits;
  readonly knownRevisions: KnownRevisions;
  readonly dependencyObjects: DependencyObjects;
  readonly nodeName: string;
}

/** An Image or a Build whose content is in the store; of a Build it may be a former result. */
export interface ReadyImage {
  readonly object: Image | Build;
  readonly recordName: string;
  readonly manifestDigest: string;
}

/** Of several instances: the one that ports and names lead to, the one that is to take its place, and those whose place was taken. */
export type Side = 'serving' | 'next' | 'former';

/** One pass over one Container. */
export interface Work {
  readonly container: Container;
  readonly context: ReconcileContext<ContainerStatus>;
  readonly deps: ContainerDeps;
  readonly specHash: string;
  /** Which of two instances at once it is about; absent: there is one. */
  readonly side?: Side;
  /** Numbers of the object's other sandboxes to which nothing leads. */
  readonly others?: readonly number[];
  /** What its ConfigMaps and Secrets hold. */
  readonly configuration: Configuration;
  /** What stands for it in `specHash`; undefined: no instance was made anew for it yet. */
  readonly configurationHash?: string | undefined;
  readonly dependencies: readonly Dependency[];
  /** The image that is ready; undefined while there is none. */
  readonly image?: ReadyImage;
  /** Why there is none, or why none of its instances can be told to be the right one. */
  readonly blocked?: Outcome;
  /** Id of the sandbox whose network it shares. */
  readonly shared?: string;
}

/** As much of a pass as tells what is wanted; whoever only foretells has no more. */
export interface Look extends Omit<Work, 'context' | 'deps' | 'image' | 'others'> {
  readonly context: Pick<Work['context'], 'reader' | 'status'>;
  readonly image?: Pick<ReadyImage, 'manifestDigest'>;
}

/** Its name in the logs: one log an object, one run a process. */
export const logRun = ({ container }: Pick<Work, 'container'>, run: number): LogRun => ({
  log: container.metadata.uid,
  run,
});
