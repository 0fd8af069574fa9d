/** Milliseconds after the last of a burst: an editor writes, renames and sets times within a few. */
const quiet = 50;
/** A file that is written to all the time is told now and then. */
const defaultLongest = 1000;

/** Many changes, one call: some milliseconds after the last, and at the latest after a second, or what is asked for. */
export class Burst implements Disposable {
  readonly #call: () => void;
  readonly #longest: number;
  #timer: NodeJS.Timeout | undefined;
  #first = 0;
  #last = 0;
  #isOver = false;

  /** `longest`: milliseconds. */
  constructor(call: () => void, longest = defaultLongest) {
    this.#call = call;
    this.#longest = longest;
  }

  /** Cheap: there may be ten thousand of them. */
  add(): void {
    this.#last = performance.now();
    if (this.#timer !== undefined || this.#isOver) return;
    this.#first = this.#last;
    this.#wait(quiet);
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#look(), milliseconds).unref();
  }

  #look(): void {
    const now = performance.now();
    const due = Math.min(this.#last + quiet, this.#first + this.#longest);
    if (due - now >= 1) {
      this.#wait(due - now);
      return;
    }
    this.#timer = undefined;
    this.#call();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
