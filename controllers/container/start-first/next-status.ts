import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import type { ConditionInput, StatusWriter } from '../../engine/contract.ts';
import type { StatusFields } from '../status.ts';

type Writer = StatusWriter<ContainerStatus>;

/**
 * The status of the next instance, as a pass over it sees and writes it: kept in `status.update` of the object. Of conditions only Ready is
 * kept, as reason and message; all others are about what serves.
 */
export class NextStatus implements Writer {
  readonly #whole: Writer;

  constructor(whole: Writer) {
    this.#whole = whole;
  }

  get current(): Readonly<Partial<ContainerStatus>> {
    const { reason, message = '', ...fields } = this.#whole.current.update ?? {};
    if (reason === undefined) return fields;
    return { ...fields, conditions: [readyOf(fields.ready === true, reason, message)] };
  }

  set(fields: StatusFields): void {
    this.#merge(fields);
  }

  condition({ type, reason, message }: ConditionInput): void {
    if (type === 'Ready') this.#merge({ reason, message });
  }

  removeCondition(): void {
    // none is kept that could be taken away
  }

  flush(): Promise<void> {
    return this.#whole.flush();
  }

  progress(): void {
    this.#whole.progress();
  }

  #merge(fields: Readonly<Record<string, unknown>>): void {
    const merged = Object.entries({ ...this.#whole.current.update, ...fields });
    this.#whole.set({ update: Object.fromEntries(merged.filter(([, value]) => value !== undefined)) });
  }
}

/** As `conditions` hold it; nobody asks since when. */
export const readyOf = (ready: boolean, reason: string, message: string) => ({
  type: 'Ready' as const,
  status: ready ? ('True' as const) : ('False' as const),
  reason,
  message,
  lastTransitionTime: '',
});
