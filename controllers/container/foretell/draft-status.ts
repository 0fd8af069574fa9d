import type { Condition } from '../../../schemas/object.ts';
import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import type { ConditionInput, StatusWriter } from '../../engine/contract.ts';
import type { StatusFields } from '../status.ts';

/** A status that nobody keeps: what passes would write down, for those that come after them. */
export class DraftStatus implements StatusWriter<ContainerStatus> {
  #current: Readonly<Partial<ContainerStatus>>;

  constructor(status: Readonly<Partial<ContainerStatus>>) {
    this.#current = status;
  }

  get current(): Readonly<Partial<ContainerStatus>> {
    return this.#current;
  }

  set(fields: StatusFields): void {
    const merged = Object.entries({ ...this.#current, ...fields }).filter(([, value]) => value !== undefined);
    this.#current = Object.fromEntries(merged);
  }

  condition(condition: ConditionInput): void {
    const others = this.#others(condition.type);
    this.#current = { ...this.#current, conditions: [...others, { ...condition, lastTransitionTime: '' }] };
  }

  removeCondition(type: string): void {
    this.#current = { ...this.#current, conditions: this.#others(type) };
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  progress(): void {
    // nobody watches
  }

  #others(type: string): readonly Condition[] {
    return (this.#current.conditions ?? []).filter((each) => each.type !== type);
  }
}
