import type { BuildEvent } from '../../ports/builders.ts';

type Step = Extract<BuildEvent, { type: 'step' }>;

/**
 * What a builder told of a build. Whoever asks anew, after the connection was lost, is told everything from the beginning: this knows what of it was
 * heard before.
 */
export class Told {
  /** Each state in which a step was: one may begin several times. */
  readonly #steps = new Set<string>();
  readonly #warnings = new Set<string>();
  /** Time of the last of each stream of output, and of each thing that is counted. */
  readonly #last = new Map<string, string>();
  /** The same, when it was asked anew. */
  #before: ReadonlyMap<string, string> | undefined;

  /** From now on everything comes once more. */
  askAnew(): void {
    this.#before = new Map(this.#last);
  }

  /** Of each event once, in the order in which they come. */
  isNew(event: BuildEvent): boolean {
    switch (event.type) {
      case 'step':
        return this.#isNewStep(event);
      case 'log':
        return this.#isLater(`${event.step} ${event.stream}`, event.time);
      case 'progress':
        return this.#isLater(`${event.step} of ${event.id}`, event.time);
      case 'warning': {
        const text = JSON.stringify(event);
        if (this.#warnings.has(text)) return this.#before === undefined;
        this.#warnings.add(text);
        return true;
      }
    }
  }

  #isNewStep(step: Step): boolean {
    const { id, started, completed, error } = step;
    const state = JSON.stringify([id, started, completed, error]);
    if (this.#steps.has(state)) return this.#before === undefined;
    this.#steps.add(state);
    return true;
  }

  #isLater(key: string, time: string): boolean {
    if (time <= (this.#before?.get(key) ?? '')) return false;
    this.#last.set(key, time);
    return true;
  }
}
