import { EvaluationError } from '@marcbachmann/cel-js';

const maxSteps = 80_000;

/** So many characters, or items of lists, are looked at in about the time of one step. */
const charactersPerStep = 50;
const itemsPerCharacter = 10;
/** So many parts of values are compared in about the time of one step. */
const partsPerStep = 4;

/**
 * What is left of the steps that the rules of one validation may take together: about ten milliseconds. A round of `all`,
 * `exists`, `map`, … and the start of a rule take steps by the length of the expression; calls take more where texts or lists are long,
 * comparisons where what they compare is large. So the steps bound the time, and the same object always ends the same way.
 */
class Budget {
  #left = 0;
  #longest = 0;

  renew(): void {
    this.#left = maxSteps;
    this.#longest = 0;
  }

  /** A text of this length is about: from now on any call may have to look at it. */
  sawText(length: number): void {
    if (length > this.#longest) this.#longest = length;
  }

  /** The same of a list. */
  sawList(length: number): void {
    this.sawText(length / itemsPerCharacter);
  }

  /** @throws {EvaluationError} when nothing is left */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left >= 0) return;
    throw new EvaluationError(
      'validation failed due to running out of cost budget, no further validation rules will be run',
    );
  }

  /** A call that may look at the longest value that is about. */
  spendLook(): void {
    if (this.#longest > charactersPerStep) this.spend(Math.ceil(this.#longest / charactersPerStep));
  }

  /** Values of so many parts are compared. */
  spendParts(parts: number): void {
    if (parts > partsPerStep) this.spend(Math.ceil(parts / partsPerStep));
  }

  get exhausted(): boolean {
    return this.#left < 0;
  }
}

/** Of the validation that runs: they run to their end, one after the other. */
export const budget = new Budget();
