import { isRuntimeError } from '../../../runtime/errors.ts';
import type { InstanceState } from '../../../runtime/ports/containers.ts';
import type { Outcome, PlanContext, PlannedStep, StatusWriter } from '../../engine/contract.ts';
import { ReconcileError } from '../../engine/contract.ts';
import { REASONS } from '../../../schemas/conditions.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import { checkInstance, type Content } from '../check.ts';
import { readConfiguration } from '../configuration.ts';
import { asItRuns, configurationHashFor } from '../kept.ts';
import type { MountsView } from '../mounts.ts';
import type { ImageCache } from '../image-cache.ts';
import { SPEC_HASH_LABEL, specHash } from '../names.ts';
import { networkMode } from '../network-mode.ts';
import { plan, type Step } from '../plan.ts';
import type { Following } from '../rollout/revision.ts';
import { sharedSandbox } from '../sandbox.ts';
import { wantedOf } from '../wanted.ts';
import type { Side } from '../work.ts';
import { advance, type Foreseen, type Scene } from './advance.ts';
import { asksFirst, type ForetoldImage } from './image.ts';
import type { Awaited } from './prospect.ts';

/** More steps than any way has that comes to an end. */
const MAX_STEPS = 60;

export interface Way {
  readonly steps: readonly PlannedStep[];
  /** What the plan said, step by step. */
  readonly taken: readonly Step[];
  /** Where it does not come to its end. */
  readonly blocked?: Exclude<Outcome, { type: 'settled' }>;
  /** At the end. */
  readonly look: Foreseen;
}

/** What is looked at before an instance is made. */
export interface InstanceView extends MountsView {
  readonly imageCache: Pick<ImageCache, 'record' | 'userFiles'>;
}

export interface Travel {
  readonly scene: Scene;
  readonly status: StatusWriter<ContainerStatus>;
  readonly sees: (instance: InstanceState) => boolean;
  readonly side?: Side;
  readonly unheld: boolean;
  readonly image: ForetoldImage;
  readonly awaited: Awaited;
  readonly view: InstanceView;
  /** Why what runs gives place. */
  readonly why: (look: Foreseen, instance: InstanceState) => string;
}

/**
 * The whole way to what is wanted: the plan of a pass, done to a copy of what is there, and planned again, until nothing is left to do or something
 * has to come from elsewhere.
 */
export async function foresee(container: Following, context: PlanContext, travel: Travel): Promise<Way> {
  const { scene, image, awaited } = travel;
  const taken: Step[] = [];
  const steps: PlannedStep[] = [];
  let { unheld } = travel;
  let isChecked = false;
  let cause: string | undefined;
  for (;;) {
    const look = lookAt(container, context, travel);
    const instances = scene.instances.filter(travel.sees);
    const next = plan(wantedOf(look, unheld), { now: scene.clock.now(), instances, status: travel.status.current });
    // An Image is made for it whatever is done then.
    if (steps.length === 0 && next.length > 0 && image.type === 'ready' && image.step?.type === 'Pull')
      steps.push(image.step);
    cause ??= whyOf(look, next, instances, travel);
    if (next.length === 0) return { steps, taken, look };
    if (taken.length >= MAX_STEPS) throw new ReconcileError(ENDLESS);
    for (const step of next) {
      if (step.type === 'AwaitImage') {
        const outcome = image.type === 'blocked' ? image.outcome : waiting(REASONS.ImageNotReady, step.cause);
        return { steps, taken, look, blocked: outcome };
      }
      if (step.type === 'BackOff')
        return { steps, taken, look, blocked: waiting(REASONS.CrashLoopBackOff, step.cause) };
      if (step.type === 'AwaitDependencies') {
        if (!awaited.mayCome || step.hold.type === 'stalled') return { steps, taken, look, blocked: { ...step.hold } };
        unheld = true;
      }
      if (!isChecked && isBeginning(step)) {
        isChecked = true;
        const missing = await whatIsMissing(look, travel);
        if (missing !== undefined) return { steps, taken, look, blocked: missing };
        const first =
          image.type === 'ready' ? (image.step ?? askFirst(container, context, instances, look)) : undefined;
        if (first !== undefined && !steps.includes(first)) steps.push(first);
      }
      taken.push(step);
      steps.push(shown(step, cause));
      advance(step, look, scene);
      if (step.type === 'AwaitDependencies' || step.type === 'Delete' || step.type === 'RecordExit') break;
    }
  }
}

/** Nobody can tell. */
const ENDLESS = {
  type: 'waiting',
  unknown: true,
  reason: REASONS.ReconcileError,
  message: 'no end is foreseen',
} as const;

const waiting = (reason: string, message: string): Extract<Outcome, { type: 'waiting' }> => ({
  type: 'waiting',
  reason,
  message,
});

/** What runs is kept until another process could be started. */
const isBeginning = (step: Step): boolean =>
  (step.type === 'Stop' && step.ending === undefined) ||
  step.type === 'Restart' ||
  step.type === 'Create' ||
  step.type === 'Start';

function lookAt(container: Following, { reader }: PlanContext, travel: Travel): Foreseen {
  const { status, side, scene, image, awaited, sees } = travel;
  const configuration = readConfiguration(container, reader);
  const configurationHash = configurationHashFor(container, configuration, status.current, side);
  const known = {
    container,
    context: { reader, status },
    specHash: specHash(container, configurationHash),
    ...(side && { side }),
  };
  const found = image.type === 'ready' ? { image: image.image } : {};
  const shared = networkMode(container) === 'shared' ? { shared: sharedSandbox(container, reader) } : {};
  return {
    ...known,
    configuration,
    configurationHash,
    dependencies: awaited.dependencies,
    ...asItRuns({ ...found, ...shared }, scene.instances.filter(sees), known),
  };
}

/** Content that is coming is another one already. */
function askFirst(container: Following, context: PlanContext, instances: readonly InstanceState[], look: Foreseen) {
  const isFresh = !instances.some(({ labels }) => labels[SPEC_HASH_LABEL] === look.specHash);
  return isFresh ? asksFirst(container, context) : undefined;
}

async function whatIsMissing(look: Foreseen, { image, view }: Travel): Promise<Way['blocked']> {
  try {
    await checkInstance(look, await contentOf(image, view), view);
    return undefined;
  } catch (error) {
    if (!(error instanceof ReconcileError) || error.outcome.type === 'settled') throw error;
    return error.outcome;
  }
}

/** Undefined where it has yet to come, or to come again: an Image sees by itself that its record is gone. */
async function contentOf(image: ForetoldImage, { imageCache }: InstanceView): Promise<Content | undefined> {
  if (image.type === 'blocked' || image.content === undefined) return undefined;
  const { recordName, manifestDigest } = image.content;
  try {
    const record = await imageCache.record(recordName, manifestDigest);
    return { record, userFiles: await imageCache.userFiles(record) };
  } catch (error) {
    if (isRuntimeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Why what runs is given up: looked for once, while it is still there. */
function whyOf(look: Foreseen, next: readonly Step[], instances: readonly InstanceState[], { why }: Travel) {
  const leaving = next.find((step) => (step.type === 'Stop' && step.ending === undefined) || step.type === 'Delete');
  const instance = leaving && 'id' in leaving ? instances.find(({ id }) => id === leaving.id) : undefined;
  return instance && why(look, instance);
}

const REPLACING: ReadonlySet<string> = new Set(['Stop', 'Delete', 'Create', 'Start']);

function shown(step: Step, cause: string | undefined): PlannedStep {
  const isReplacing = REPLACING.has(step.type) && !(step.type === 'Stop' && step.ending !== undefined);
  return { type: step.type, cause: isReplacing && cause !== undefined ? cause : step.cause };
}
