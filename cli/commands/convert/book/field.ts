import { nearestName } from '../../../../schemas/values/suggestion.ts';
import { asKeyed, asList, asNamed } from '../compose/forms.ts';
import { ComposeError, isNull, kindOf, textOf, type Mapping, type Node, type Origin } from '../compose/node.ts';
import type { Book } from './book.ts';

/** One value of a Compose file, with its path: reads it, and writes into the book what became of it. */
export class Field {
  readonly node: Node;
  readonly path: string;
  readonly book: Book;
  /** Of the key. */
  readonly origin: Origin;

  constructor(node: Node, path: string, book: Book, origin: Origin = node.origin) {
    this.node = node;
    this.path = path;
    this.book = book;
    this.origin = origin;
  }

  get isNull(): boolean {
    return isNull(this.node);
  }

  /** Became this field of an object: `Container/web spec.ports`. */
  to(target: string): void {
    this.#note('converted', target);
  }

  /** Became this field, which does not mean quite the same. */
  about(target: string, difference: string): void {
    this.#note('approximated', target === '' ? difference : `${target}: ${difference}`);
  }

  /** Nothing is made of it; `advice` says what to do. */
  unsupported(advice: string): void {
    this.#note('unsupported', advice);
  }

  ignored(reason: string): void {
    this.#note('ignored', reason);
  }

  #note(outcome: 'converted' | 'approximated' | 'unsupported' | 'ignored', text: string): void {
    this.book.note({ origin: this.origin, path: this.path, outcome, text });
  }

  fail(problem: string): never {
    throw new ComposeError(`${this.path}: ${problem}`, this.node.origin);
  }

  /** Any scalar but null. */
  text(): string {
    if (this.node.type !== 'scalar' || this.isNull) this.fail(`write text here, and not ${kindOf(this.node)}`);
    return textOf(this.node);
  }

  boolean(): boolean {
    const text = this.node.type === 'scalar' ? textOf(this.node).toLowerCase() : '';
    if (['true', 'yes', 'on', 'y', '1'].includes(text)) return true;
    if (['false', 'no', 'off', 'n', '0'].includes(text)) return false;
    return this.fail(`write true or false here, and not ${this.#shown()}`);
  }

  integer(): number {
    const text = this.node.type === 'scalar' ? textOf(this.node) : '';
    if (!/^[+-]?\d{1,15}$/.test(text)) this.fail(`write a whole number here, and not ${this.#shown()}`);
    return Number(text);
  }

  number(): number {
    const text = this.node.type === 'scalar' ? textOf(this.node) : '';
    if (!/^\d+(\.\d*)?$|^\.\d+$/.test(text)) this.fail(`write a number here, and not ${this.#shown()}`);
    return Number(text);
  }

  #shown(): string {
    return this.node.type === 'scalar' && !this.isNull ? JSON.stringify(textOf(this.node)) : kindOf(this.node);
  }

  /** The items of a list; a scalar is a list of itself, null an empty one. */
  items(): readonly Field[] {
    if (this.node.type === 'map') this.fail('write a list here, and not a map');
    return asList(this.node).map((item, index) => new Field(item, `${this.path}[${String(index)}]`, this.book));
  }

  texts(): readonly string[] {
    return this.items().map((item) => item.text());
  }

  /** The entries of a map; null is an empty one. */
  entries(): readonly (readonly [key: string, field: Field])[] {
    if (this.isNull) return [];
    if (this.node.type !== 'map') this.fail(`write a map here, and not ${kindOf(this.node)}`);
    return this.#entriesOf(this.node);
  }

  /** Those of `{A: 1, B: null}`, or `[A=1, B]`. */
  pairs(): readonly (readonly [key: string, field: Field])[] {
    return this.isNull ? [] : this.#entriesOf(asKeyed(this.node));
  }

  /** Those of `{a: {…}}`, or `[a]`; text is `{key: text}`. */
  named(key?: string): readonly (readonly [key: string, field: Field])[] {
    return new Field(asNamed(this.node, key), this.path, this.book, this.origin).entries();
  }

  #entriesOf(node: Mapping): readonly (readonly [key: string, field: Field])[] {
    return [...node.entries.values()].map(({ key, value, origin }) => [
      key,
      new Field(value, `${this.path === '' ? '' : `${this.path}.`}${key}`, this.book, origin),
    ]);
  }

  /** Undefined: the map has no such key, or null stands there. */
  get(key: string): Field | undefined {
    const found = this.entries().find(([name]) => name === key)?.[1];
    return found === undefined || found.isNull ? undefined : found;
  }
}

/** What becomes of a key, by its name. */
export type Handlers<Draft> = Readonly<Record<string, (field: Field, draft: Draft) => void>>;

/** Handlers of these also get null, which means something there. */
const NULL_MATTERS = new Set(['command', 'entrypoint', 'build', 'external']);

/** Has every key of a map handled. Mistakes go into the book, and do not keep the others from being found. */
export function convertKeys<Draft>(field: Field, handlers: Handlers<Draft>, draft: Draft): void {
  let entries: readonly (readonly [string, Field])[] = [];
  attempt(field.book, () => (entries = field.entries()));
  for (const [key, value] of entries) attempt(field.book, () => convertKey(key, value, handlers, draft));
}

function convertKey<Draft>(key: string, value: Field, handlers: Handlers<Draft>, draft: Draft): void {
  if (key.startsWith('x-')) {
    value.ignored('an extension, which means nothing to docker compose either');
    return;
  }
  const handle = Object.hasOwn(handlers, key) ? handlers[key] : undefined;
  if (handle === undefined) {
    const near = nearestName(key, Object.keys(handlers));
    throw new ComposeError(
      `${value.path}: docker compose knows no such key${near === undefined ? '' : `; did you mean "${near}"?`} (extensions begin with x-)`,
      value.origin,
    );
  }
  if (value.isNull && !NULL_MATTERS.has(key)) {
    value.ignored('it is empty');
    return;
  }
  handle(value, draft);
}

/** Runs it; a mistake of the Compose file goes into the book. */
export function attempt(book: Book, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    book.problem(error.message);
  }
}
