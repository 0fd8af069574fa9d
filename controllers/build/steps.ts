import type { BuildEvent } from '../../runtime/ports/builders.ts';
import type { BuildStatus } from '../../schemas/gen/types.ts';
import { formatDuration } from '../../schemas/values/duration.ts';
import { parseTime } from '../../schemas/values/time.ts';

type StepEvent = Extract<BuildEvent, { readonly type: 'step' }>;
type WarningEvent = Extract<BuildEvent, { readonly type: 'warning' }>;

export interface StepCounts {
  readonly totalSteps: number;
  readonly completedSteps: number;
  readonly cachedSteps: number;
}

/** Steps that are remembered; further ones are not counted. */
const MAX_STEPS = 10_000;
const SHOWN_STEPS = 50;
const SHOWN_WARNINGS = 20;
const LONGEST_NAME = 256;

/** What a build has told so far of its steps, and what its linter said, as status shows it. */
export class StepsModel {
  readonly #steps = new Map<string, StepEvent>();
  readonly #warnings: WarningEvent[] = [];

  add(event: BuildEvent): void {
    if (event.type === 'step') {
      if (this.#steps.size < MAX_STEPS || this.#steps.has(event.id)) this.#steps.set(event.id, event);
    } else if (event.type === 'warning' && this.#warnings.length < SHOWN_WARNINGS) this.#warnings.push(event);
  }

  get counts(): StepCounts {
    const all = [...this.#steps.values()];
    return {
      totalSteps: all.length,
      completedSteps: all.filter((step) => step.completed !== undefined && step.error === undefined).length,
      cachedSteps: all.filter(({ cached }) => cached).length,
    };
  }

  /** Those that run or failed, then the latest; each in the order in which they came. */
  get shown(): NonNullable<BuildStatus['steps']> {
    const all = [...this.#steps.values()];
    const first = all.filter((step) => step.error !== undefined || isRunning(step)).slice(0, SHOWN_STEPS);
    const chosen = new Set(first);
    for (const step of all.toReversed()) {
      if (chosen.size >= SHOWN_STEPS) break;
      chosen.add(step);
    }
    return all.filter((step) => chosen.has(step)).map(shownStep);
  }

  get warnings(): NonNullable<BuildStatus['warnings']> {
    return this.#warnings.map(({ message, place, url }) => ({
      message,
      ...(place === undefined ? {} : { file: place.file, line: place.startLine }),
      ...(url === undefined || url === '' ? {} : { url }),
    }));
  }
}

const isRunning = ({ started, completed }: StepEvent): boolean => started !== undefined && completed === undefined;

function shownStep(step: StepEvent): NonNullable<BuildStatus['steps']>[number] {
  const { name, cached, started, completed, error } = step;
  const from = parseTime(started ?? '');
  const to = parseTime(completed ?? '');
  return {
    name: name.slice(0, LONGEST_NAME),
    ...(cached && { cached }),
    ...(isRunning(step) && { running: true }),
    ...(from !== undefined && to !== undefined && { duration: formatDuration(Math.max(0, Math.round(to - from))) }),
    ...(error !== undefined && { error: error.slice(0, LONGEST_NAME) }),
  };
}
