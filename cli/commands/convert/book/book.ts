/** What became of every key of a Compose file, and what is wrong with it. */
import { placeOf, type Origin } from '../compose/node.ts';

export type Outcome =
  /** The text names the object and field. */
  | 'converted'
  /** It means nearly the same; the text says what differs. */
  | 'approximated'
  /** Nothing was made of it; the text says what to do. */
  | 'unsupported'
  /** It has no meaning here: extensions, services of other profiles. */
  | 'ignored';

export interface Remark {
  readonly origin: Origin;
  /** `services.web.ports`. */
  readonly path: string;
  readonly outcome: Outcome;
  readonly text: string;
}

export class Book {
  readonly remarks: Remark[] = [];
  /** Mistakes, with their places. */
  readonly #problems = new Set<string>();

  get problems(): readonly string[] {
    return [...this.#problems];
  }

  note(remark: Remark): void {
    this.remarks.push(remark);
  }

  problem(text: string, origin?: Origin): void {
    this.#problems.add(origin === undefined ? text : `${placeOf(origin)}: ${text}`);
  }

  /** Whether something was said of just this path, of something below it, or of neither. */
  toldOf(path: string): 'itself' | 'below' | 'nothing' {
    let told: 'below' | 'nothing' = 'nothing';
    for (const remark of this.remarks) {
      if (remark.path === path) return 'itself';
      if (remark.path.startsWith(path) && /^[.[]/.test(remark.path.slice(path.length))) told = 'below';
    }
    return told;
  }
}
