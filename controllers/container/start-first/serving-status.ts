import { REASONS } from '../../../schemas/conditions.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import type { ConditionInput, StatusWriter } from '../../engine/contract.ts';
import type { StatusFields } from '../status.ts';
import { readyOf } from './next-status.ts';

type Writer = StatusWriter<ContainerStatus>;

/**
 * The status of the object, for a pass over the instance that serves while the next one is prepared: Ready is not its business then, because
 * whoever waits for Ready waits for what was applied last.
 */
export class ServingStatus implements Writer {
  readonly #whole: Writer;

  constructor(whole: Writer) {
    this.#whole = whole;
  }

  get current(): Readonly<Partial<ContainerStatus>> {
    const { current } = this.#whole;
    const others = (current.conditions ?? []).filter(({ type }) => type !== 'Ready');
    if (current.started !== true) return { ...current, conditions: others };
    const reason = current.ready ? REASONS.Running : REASONS.ContainersNotReady;
    return { ...current, conditions: [...others, readyOf(current.ready === true, reason, 'told before')] };
  }

  set(fields: StatusFields): void {
    this.#whole.set(fields);
  }

  condition(condition: ConditionInput): void {
    if (condition.type !== 'Ready') this.#whole.condition(condition);
  }

  removeCondition(type: string): void {
    this.#whole.removeCondition(type);
  }

  flush(): Promise<void> {
    return this.#whole.flush();
  }

  progress(): void {
    this.#whole.progress();
  }
}
