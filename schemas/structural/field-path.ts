/**
 * Where a walk stands in an object, written as Kubernetes' errors write it: `spec.ports[0].name`. One per walk, pushed and
 * popped; the text is only made when something is to be said about the place.
 */
export class FieldPath {
  readonly #segments: (string | number | MapKey)[] = [];

  push(segment: string | number): void {
    this.#segments.push(segment);
  }

  /** A key of a map, where it is written `env[A]`; most errors write `env.A`. */
  pushKey(key: string): void {
    this.#segments.push(new MapKey(key));
  }

  pop(): void {
    this.#segments.pop();
  }

  /** The place itself, or of a field below it. */
  at(field?: string | number): string {
    let text = '';
    for (const segment of this.#segments) text = join(text, segment);
    return field === undefined ? text : join(text, field);
  }

  get depth(): number {
    return this.#segments.length;
  }
}

class MapKey {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function join(text: string, segment: string | number | MapKey): string {
  if (segment instanceof MapKey) return `${text}[${segment.text}]`;
  if (typeof segment === 'number') return `${text}[${String(segment)}]`;
  return text === '' ? segment : `${text}.${segment}`;
}
