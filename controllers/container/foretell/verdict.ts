import type { InstanceState } from '../../../runtime/ports/containers.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import type { PlanContext, Planned, PlannedStep } from '../../engine/contract.ts';
import { changedText } from '../../engine/planning/changed-fields.ts';
import { changedPlaces } from '../configuration.ts';
import type { Step } from '../plan.ts';
import { placeWords } from './causes.ts';
import type { Way } from './foresee.ts';
import { inPlace } from './in-place.ts';

export interface Around {
  readonly context: PlanContext;
  /** Instances before the first step. */
  readonly former: readonly InstanceState[];
  /** It is to run what was good before, and not what its spec says. */
  readonly isHeldBack: boolean;
  readonly rollout?: ContainerStatus['rollout'];
}

/** What a way comes to, in one word and in a sentence. */
export function verdict(way: Way, around: Around): Planned {
  const { steps, taken, blocked } = way;
  if (blocked !== undefined) return { action: 'Wait', message: `waits: ${blocked.reason}: ${blocked.message}`, steps };
  const has = (type: Step['type']): Step | undefined => taken.find((step) => step.type === type);
  const restart = has('Restart');
  const start = has('Start');
  if (start === undefined) return stays(way, around);
  if (restart !== undefined && !has('Create')) {
    const because = whyRestarted(way, restart.cause);
    const told = steps.map((step) => (step.type === 'Restart' ? { ...step, cause: because } : step));
    return { action: 'Restart', message: `restarted, because ${because}`, steps: told };
  }
  const cause = steps.find(({ type }) => type === 'Start')?.cause ?? start.cause;
  if (around.former.length === 0) return { action: 'Create', message: `made and started, because ${cause}`, steps };
  if (has('Create') || has('Delete')) {
    const gap = around.rollout?.gap;
    const why = gap === undefined ? '' : `; the old one is stopped first, because ${gap}`;
    return { action: 'Replace', message: `replaced, because ${cause}${why}`, steps };
  }
  return { action: 'Restart', message: `started again, because ${cause}`, steps };
}

/** Objects are known by their names, and places only to those who wrote the spec. */
function whyRestarted({ look }: Way, cause: string): string {
  const { container, configuration } = look;
  // The way ends where all is told: what changed is what differs from what was told at its beginning.
  const places = changedPlaces(configuration, container.status?.configuration);
  const words = placeWords(
    container,
    places.filter(({ onChange }) => onChange.action === 'Restart'),
  );
  return words.length === 0 ? cause : words.join(' and ');
}

/** No process is started. */
function stays({ steps, look }: Way, { context, isHeldBack, rollout }: Around): Planned {
  const { state } = look.context.status.current;
  const followed = state?.running === undefined ? { steps: [], later: [] } : inPlace(look, context);
  const all = [...steps, ...followed.steps];
  if (isHeldBack) return { action: 'Wait', message: `waits: ${held(rollout)}`, steps: all };
  if (all.length > 0) return { action: 'Update', message: inPlaceText(all), steps: all };
  const later = changedText(followed.later);
  const message = later === '' ? 'it is as it is to be' : `nothing is done now: ${later}, which counts from now on`;
  return { action: 'None', message, steps: [] };
}

const held = (rollout: ContainerStatus['rollout']): string =>
  rollout?.reverted === true
    ? `the change failed before, and what was good is kept: ${rollout.message ?? ''}`
    : 'the change waits until spec.paused is taken away';

function inPlaceText(steps: readonly PlannedStep[]): string {
  if (steps.every(({ type }) => type === 'UpdateResources')) return 'resized in place, because spec.resources changed';
  return `changed in place, because ${[...new Set(steps.map(({ cause }) => cause))].join(' and ')}`;
}
