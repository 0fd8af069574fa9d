import type { Container } from '../../../schemas/gen/types.ts';
import {
  ELSEWHERE,
  type PlanContext,
  type Planned,
  type PlannedStep,
  type StatusWriter,
} from '../../engine/contract.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import type { DependencyObjects } from '../dependency-objects.ts';
import { following } from '../following.ts';
import type { Instances } from '../instances.ts';
import { containerID, generationOfInstance, inSandbox } from '../names.ts';
import { aimOf, beginRollout, isAimLost, wasGood } from '../rollout/begin.ts';
import { revisionName, type Following } from '../rollout/revision.ts';
import { servingGeneration } from '../sandbox.ts';
import { isAlive } from '../start-first/former.ts';
import { NextStatus } from '../start-first/next-status.ts';
import { servingBeside } from '../start-first/serving.ts';
import type { Scene } from './advance.ts';
import { whyReplaced } from './causes.ts';
import { DraftStatus } from './draft-status.ts';
import { foresee, type InstanceView, type Travel } from './foresee.ts';
import { foretellImage, UNKNOWN_DIGEST } from './image.ts';
import { prospect, prospectiveDependencies } from './prospect.ts';
import { verdict } from './verdict.ts';

/** As much of what a pass has as only looks. */
export interface ContainerView extends InstanceView {
  readonly instances: Pick<Instances, 'of'>;
  readonly dependencyObjects: Pick<DependencyObjects, 'kindOf'>;
  readonly nodeName: string;
}

/** What would be done for a Container until it runs what its spec says, by the same plan that each pass goes by. */
export async function foretellContainer(
  container: Container,
  asked: PlanContext,
  view: ContainerView,
): Promise<Planned> {
  const { nodeName } = container.spec;
  if (nodeName !== undefined && nodeName !== view.nodeName) return ELSEWHERE;
  const instances = await view.instances.of(container.metadata.uid, asked.signal);
  if (container.metadata.deletionTimestamp !== undefined) return ending(instances);
  const context = { ...asked, reader: await prospect(container, asked) };
  const status = new DraftStatus(container.status ?? {});
  const scene: Scene = { instances, started: 0, clock: context.clock };
  const aims = { reader: context.reader, status, clock: context.clock, event: () => undefined, signal: context.signal };
  const linked = await foretellImage(container, context);
  const present = following(container, aims);
  const wanted: Following =
    linked.type === 'ready' && linked.isBuilt ? { ...container, result: UNKNOWN_DIGEST } : present;
  await beginRollout(wanted, aims);
  if (isAimLost(wanted, aims)) return LEFT_ALONE;
  const aimed: Following = aimOf(wanted, aims);
  const image = aimed === wanted ? linked : await foretellImage(aimed, context);
  const awaited = await prospectiveDependencies(aimed, context, view.dependencyObjects);
  const isHeldBack = revisionName(aimed) !== revisionName(wanted);
  const travel = {
    scene,
    image,
    awaited,
    view,
    unheld: wasGood(wanted, status.current),
    why: (look: Parameters<Travel['why']>[0], instance: Parameters<Travel['why']>[1]) =>
      whyReplaced(look, instance, context),
  };
  const serving = await servingBeside(aimed, {
    context: aims,
    deps: { instances: { of: () => Promise.resolve(scene.instances) } },
  });
  if (serving !== undefined) return beside(aimed, context, travel, status);
  const generation = servingGeneration(status.current);
  const others = new Set(othersOf(status.current));
  const sees: Travel['sees'] = (instance) => !others.has(generationOfInstance(instance));
  const way = await foresee(inSandbox(aimed, generation), context, { ...travel, status, sees });
  return verdict(way, { context, former: instances, isHeldBack, rollout: status.current.rollout });
}

const LEFT_ALONE: Planned = {
  action: 'Wait',
  message: 'waits: the revision that runs was deleted, so what runs is left as it is; change the spec to replace it',
  steps: [],
};

/** Sandboxes to which nothing leads: of what waits to take over, and of what has given its place away. */
const othersOf = ({ draining = [], update }: DraftStatus['current']): readonly number[] =>
  [...draining.map((former) => former.sandboxGeneration), update?.sandboxGeneration].filter((one) => one !== undefined);

/** StartFirst: the next one is made ready beside the one that serves, and takes its place. */
async function beside(
  aimed: Following,
  context: PlanContext,
  travel: Omit<Travel, 'status' | 'sees'>,
  status: StatusWriter<ContainerStatus>,
): Promise<Planned> {
  const generation = status.current.update?.sandboxGeneration ?? servingGeneration(status.current) + 1;
  if (status.current.update === undefined) status.set({ update: { sandboxGeneration: generation } });
  const former = travel.scene.instances;
  const serves = former.find(({ id }) => containerID(id) === status.current.containerID);
  const sees: Travel['sees'] = (instance) => generationOfInstance(instance) === generation;
  const next = { ...travel, status: new NextStatus(status), sees, side: 'next' } as const;
  const way = await foresee(inSandbox(aimed, generation), context, next);
  const cause = serves === undefined ? 'the spec or the image changed' : travel.why(way.look, serves);
  const steps = way.steps.map((step) => (step.type === 'Create' || step.type === 'Start' ? { ...step, cause } : step));
  if (way.blocked !== undefined) return verdict({ ...way, steps }, { context, former, isHeldBack: false });
  const taking = 'the next one is ready, and takes its place';
  return {
    action: 'Replace',
    message: `replaced by StartFirst, without a gap, because ${cause}`,
    steps: [
      ...steps,
      { type: 'SwitchOver', cause: 'it is ready' },
      ...['Drain', 'Stop', 'Delete'].map((type) => ({ type, cause: taking })),
    ],
  };
}

function ending(instances: Scene['instances']): Planned {
  const cause = 'the object is deleted';
  const steps: readonly PlannedStep[] = instances.flatMap((instance) => [
    ...(isAlive(instance) ? [{ type: 'Stop', cause }] : []),
    { type: 'Delete', cause },
  ]);
  const runs = instances.some(isAlive) ? 'deleted: its process is stopped' : 'deleted: no process of it runs';
  return { action: 'Delete', message: `${runs}; its logs go with it`, steps };
}
