/** Takes out of answers what no two servers, and no two runs, have in common. */
import type { JsonObject, JsonValue } from '../../../schemas/object.ts';
import type { Answer, Step } from './probe.ts';

/** An answer as it is compared, recorded and read by people. */
export interface Shown {
  readonly status: number;
  readonly type?: string;
  readonly warnings?: readonly string[];
  readonly body?: JsonValue;
}

const TIMES: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'lastTransitionTime',
  'Created At',
]);

/**
 * The answers of one probe: uids and versions become `uid-1`, `rv-2` in the order in which they first came, so that what stayed the
 * same is seen to have stayed the same; times become `<time>`.
 */
export function normalise(answers: readonly Answer[], steps: readonly Step[], namespace: string): Shown[] {
  const names = new Names();
  return answers.map((answer, index) => show(answer, steps[index], namespace, names));
}

function show(answer: Answer, step: Step | undefined, namespace: string, names: Names): Shown {
  const { status, contentType, warnings, text } = answer;
  const hide = (raw: string): string => names.inText(raw.replaceAll(namespace, '{ns}'));
  return {
    status,
    ...(contentType === 'application/json' || contentType === '' ? {} : { type: contentType }),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(hide).toSorted(compareText) }),
    ...(text === '' ? {} : { body: bodyOf(text, step, hide, names) }),
  };
}

function bodyOf(text: string, step: Step | undefined, hide: (raw: string) => string, names: Names): JsonValue {
  const lines = text.split('\n').filter((line) => line !== '');
  const values = lines.map(parse);
  if (values.some((value) => value === undefined)) return hide(text.trimEnd());
  const shown = (values as JsonValue[]).map((value) => new Walk(hide, names, step).value(value, []));
  return shown.length === 1 ? (shown[0] ?? null) : shown;
}

function parse(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Uids and versions by their first appearance. */
class Names {
  readonly #known = new Map<string, string>();
  #uids = 0;
  #versions = 0;

  uid(raw: string): string {
    return this.#name(raw, () => `uid-${String(++this.#uids)}`);
  }

  version(raw: string): string {
    return this.#name(raw, () => `rv-${String(++this.#versions)}`);
  }

  /** A text that may quote uids that were seen. */
  inText(raw: string): string {
    return raw.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, (uid) => this.#known.get(uid) ?? '<uid>');
  }

  #name(raw: string, make: () => string): string {
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(raw, made);
    return made;
  }
}

class Walk {
  readonly #hide: (raw: string) => string;
  readonly #names: Names;
  readonly #step: Step | undefined;

  constructor(hide: (raw: string) => string, names: Names, step: Step | undefined) {
    this.#hide = hide;
    this.#names = names;
    this.#step = step;
  }

  value(value: JsonValue | undefined, path: readonly string[]): JsonValue {
    if (typeof value === 'string') return this.#text(value, path);
    if (Array.isArray(value)) return this.#list(value as readonly JsonValue[], path);
    if (typeof value === 'object' && value !== null) return this.#object(value as JsonObject, path);
    return value ?? null;
  }

  #object(object: JsonObject, path: readonly string[]): JsonObject {
    // items of lists name their kind on some servers only
    const bare = path.at(-2) === 'items' && path.length === 2 ? without(object, ['kind', 'apiVersion']) : object;
    return Object.fromEntries(
      Object.keys(bare)
        .sort(compareText)
        .map((key) => [key, this.value(bare[key], [...path, key])]),
    );
  }

  #list(list: readonly JsonValue[], path: readonly string[]): JsonValue {
    const shown = list.map((item, index) => this.value(item, [...path, String(index)]));
    if (path.at(-1) === 'causes') return causesOf(shown);
    if (path.at(-1) !== 'managedFields') return shown;
    return shown.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }

  #text(text: string, path: readonly string[]): string {
    const key = path.at(-1) ?? '';
    if (TIMES.has(key) && /^\d{4}-/.test(text)) return '<time>';
    if (key === 'uid') return this.#names.uid(text);
    if (key === 'continue') return '<continue>';
    if (key === 'resourceVersion' && text !== '') return this.#version(text, path);
    if (key === 'message' && this.#step?.message === 'any') return '<any>';
    return this.#hide(text);
  }

  /** A list's version moves with everything that happens on the server. */
  #version(text: string, path: readonly string[]): string {
    return path.length === 2 && path[0] === 'metadata' && this.#step?.path !== undefined && isCollection(this.#step)
      ? '<rv>'
      : this.#names.version(text);
  }
}

const isCollection = ({ verb, path = '' }: Step): boolean =>
  (verb === 'GET' || verb === 'DELETE') && /\/(namespaces|configmaps|secrets|gadgets)(\?|$)/.test(path);

/** A real server tells some causes of an update twice, and conflicts by managers in no order. */
const causesOf = (causes: readonly JsonValue[]): JsonValue[] =>
  [...new Map(causes.map((cause) => [JSON.stringify(cause), cause])).values()].sort((a, b) =>
    compareText(managerOf(a), managerOf(b)),
  );

const managerOf = (cause: JsonValue): string => {
  const { reason, message } = cause as JsonObject;
  return reason === 'FieldManagerConflict' ? JSON.stringify(message) : '';
};
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const orderOf = (entry: JsonValue): string => {
  const { manager, operation, apiVersion, subresource } = entry as JsonObject;
  return JSON.stringify([operation, manager, apiVersion, subresource]);
};

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
