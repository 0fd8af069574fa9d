/** What the world would be after a step of a plan: its instances, and what would be written down. Nothing else is touched. */
import type { InstanceState } from '../../../runtime/ports/containers.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import { formatTime } from '../../../schemas/values/time.ts';
import type { Clock, StatusWriter } from '../../engine/contract.ts';
import { startedWith } from '../configuration.ts';
import { recordsOf } from '../dependencies.ts';
import { exitReason } from '../exit.ts';
import {
  containerID,
  generationOf,
  IMAGE_LABEL,
  imageSource,
  RESOURCES_LABEL,
  SANDBOX_LABEL,
  SPEC_HASH_LABEL,
} from '../names.ts';
import type { Step } from '../plan.ts';
import { concludeLoss, concludeRun, finish, isOfAnother, isRecorded } from '../record.ts';
import { resourcesText, translateResources } from '../resources.ts';
import { runningStatus } from '../status.ts';
import type { Look } from '../work.ts';

/** What is foretold about: the instances of one Container, and its status. */
export interface Scene {
  instances: readonly InstanceState[];
  /** Processes that were started in it; they have numbers that no process has. */
  started: number;
  readonly clock: Clock;
}

export interface Foreseen extends Look {
  readonly context: Look['context'] & { readonly status: StatusWriter<ContainerStatus> };
}

/** Does a step, as far as it can be told beforehand: what is stopped ends, what is started runs. */
export function advance(step: Step, look: Foreseen, scene: Scene): void {
  const { status } = look.context;
  switch (step.type) {
    case 'RecordExit':
      noteExit(step, look, scene);
      return change(scene, step.id, ({ id, owner, labels, manifestDigest }) => ({
        id,
        owner,
        labels,
        ...(manifestDigest === undefined ? {} : { manifestDigest }),
      }));
    case 'RecordLoss':
      return concludeLoss(concluding(look, scene), step.id, step.reason, step.cause);
    case 'Adopt':
      return status.set({ ...running(look, step.id, step.pid, scene) });
    case 'Condemn':
      return status.set({ ending: { pid: step.failure.pid, reason: step.failure.reason } });
    case 'Restart':
      status.set({ restarting: { reason: step.reason, message: step.cause } });
      return end(scene, step.id);
    case 'Stop':
      return end(scene, step.id);
    case 'Delete':
      scene.instances = scene.instances.filter(({ id }) => id !== step.id);
      return;
    case 'Finish': {
      const { terminated } = status.current.lastState ?? {};
      if (terminated !== undefined) finish(concluding(look, scene), terminated);
      return;
    }
    case 'Create':
      scene.instances = [...scene.instances.filter(({ id }) => id !== step.id), made(look, step.id)];
      return;
    case 'Start':
      return start(look, step.id, scene);
    case 'UpdateResources':
      return label(scene, step.id, RESOURCES_LABEL, limitsOf(look));
    case 'Relabel':
      return label(scene, step.id, IMAGE_LABEL, step.source);
    case 'AwaitImage':
    case 'AwaitDependencies':
    case 'BackOff':
      return;
  }
}

const limitsOf = ({ container }: Look): string => resourcesText(translateResources(container.spec.resources));

const concluding = ({ container, context }: Foreseen, { clock }: Scene) => ({
  container,
  context: { status: context.status, clock, event: () => undefined },
});

function noteExit(step: Extract<Step, { type: 'RecordExit' }>, look: Foreseen, scene: Scene): void {
  const work = concluding(look, scene);
  if (isOfAnother(work, step) || isRecorded(work, step)) return;
  const { exitCode = 0, pid, exitedAt } = step.task;
  const { running: ran } = look.context.status.current.state ?? {};
  const run = {
    containerID: containerID(step.id),
    pid,
    exitCode,
    reason: exitReason(exitCode, 0, step.replaced),
    ...(ran?.startedAt === undefined ? {} : { startedAt: ran.startedAt }),
    finishedAt: exitedAt ?? formatTime(scene.clock.now()),
  };
  concludeRun(work, run, step.replaced);
}

function change(scene: Scene, id: string, changed: (instance: InstanceState) => InstanceState): void {
  scene.instances = scene.instances.map((instance) => (instance.id === id ? changed(instance) : instance));
}

/** As it would by the usual signal. */
const end = (scene: Scene, id: string): void =>
  change(scene, id, (instance) =>
    instance.task === undefined
      ? instance
      : { ...instance, task: { status: 'stopped', pid: instance.task.pid, exitCode: 143 } },
  );

const label = (scene: Scene, id: string, name: string, value: string): void =>
  change(scene, id, (instance) => ({ ...instance, labels: { ...instance.labels, [name]: value } }));

function made(look: Look, id: string): InstanceState {
  const { container, specHash, image } = look;
  const { namespace = '', name, uid } = container.metadata;
  const generation = generationOf(container);
  const labels = {
    [SPEC_HASH_LABEL]: specHash,
    [RESOURCES_LABEL]: limitsOf(look),
    [IMAGE_LABEL]: imageSource(container.spec),
    ...(generation === 0 ? {} : { [SANDBOX_LABEL]: String(generation) }),
  };
  const digest = image === undefined ? {} : { manifestDigest: image.manifestDigest };
  return { id, owner: { kind: 'Container', namespace, name, uid }, labels, ...digest };
}

function start(look: Foreseen, id: string, scene: Scene): void {
  scene.started += 1;
  const pid = -scene.started;
  const { configuration, configurationHash, dependencies } = look;
  change(scene, id, (instance) => ({ ...instance, task: { status: 'running', pid } }));
  look.context.status.set({
    ...running(look, id, pid, scene),
    configuration: startedWith(configuration),
    configurationHash,
    dependencies: recordsOf(dependencies, undefined, true),
  });
}

const running = ({ container }: Look, id: string, pid: number, { clock }: Scene) =>
  runningStatus({
    containerID: containerID(id),
    pid,
    startedAt: formatTime(clock.now()),
    resources: translateResources(container.spec.resources),
  });
