import type { JsonValue } from '../../schemas/object.ts';
import { isList, isObject, put, shallow, type MutableObject } from '../../schemas/structural/own.ts';
import { parseIndex } from './json-pointer.ts';
import { unprocessable } from './patch-error.ts';

/**
 * A JSON value that is changed at paths without changing what it was made from: the containers on the way are copied the
 * first time, and changed in place from then on, so that many operations on one large list copy it once.
 */
export class JsonDocument {
  #root: JsonValue;
  /** Containers that are ours alone. */
  #owned = new WeakSet<object>();

  constructor(root: JsonValue) {
    this.#root = root;
  }

  get root(): JsonValue {
    return this.#root;
  }

  /** @throws {PatchError} unprocessable: not there. So do all methods. */
  get(path: readonly string[]): JsonValue {
    let at = this.#root;
    for (let i = 0; i < path.length; i++) at = childOf(at, path, i);
    return at;
  }

  /** Sets a member, or inserts an item; `-` is behind the last one. */
  add(path: readonly string[], value: JsonValue): void {
    if (path.length === 0) {
      this.#root = value;
      return;
    }
    const { container, key } = this.#own(path);
    if (!Array.isArray(container)) put(container, key, value);
    else container.splice(key === '-' ? container.length : indexIn(container, path, container.length), 0, value);
  }

  remove(path: readonly string[]): void {
    if (path.length === 0) throw unprocessable('cannot remove the whole object');
    this.get(path);
    const { container, key } = this.#own(path);
    if (Array.isArray(container)) container.splice(indexIn(container, path, container.length - 1), 1);
    else delete container[key];
  }

  replace(path: readonly string[], value: JsonValue): void {
    this.get(path);
    if (path.length === 0) {
      this.#root = value;
      return;
    }
    const { container, key } = this.#own(path);
    if (Array.isArray(container)) container[indexIn(container, path, container.length - 1)] = value;
    else put(container, key, value);
  }

  copy(from: readonly string[], to: readonly string[]): void {
    const value = this.get(from);
    // from here on two places share it: neither may be changed in place
    this.#owned = new WeakSet();
    this.add(to, value);
  }

  move(from: readonly string[], to: readonly string[]): void {
    const value = this.get(from);
    if (from.length === to.length && from.every((step, i) => step === to[i])) return;
    if (from.length < to.length && from.every((step, i) => step === to[i])) {
      throw unprocessable(`cannot move ${describe(from)} into itself`);
    }
    this.remove(from);
    this.add(to, value);
  }

  /** The container that a path's last step is in, ready to be changed, and that step. */
  #own(path: readonly string[]): { container: MutableObject | JsonValue[]; key: string } {
    this.#root = this.#mutable(this.#root, path, 0);
    let container = this.#root as MutableObject | JsonValue[];
    for (let i = 0; i < path.length - 1; i++) {
      const child = this.#mutable(childOf(container, path, i), path, i + 1);
      if (Array.isArray(container)) container[indexIn(container, path.slice(0, i + 1), container.length - 1)] = child;
      else put(container, path[i] ?? '', child);
      container = child as MutableObject | JsonValue[];
    }
    return { container, key: path.at(-1) ?? '' };
  }

  #mutable(value: JsonValue, path: readonly string[], steps: number): JsonValue {
    if (typeof value !== 'object' || value === null) throw missing(path, steps);
    if (this.#owned.has(value)) return value;
    const copy: JsonValue = isList(value) ? [...value] : shallow(value);
    this.#owned.add(copy);
    return copy;
  }
}

function childOf(value: JsonValue, path: readonly string[], step: number): JsonValue {
  const key = path[step] ?? '';
  if (isList(value)) {
    const index = parseIndex(key);
    const item = index === undefined ? undefined : value[index];
    if (item !== undefined) return item;
  } else if (isObject(value) && Object.hasOwn(value, key)) {
    const member = value[key];
    if (member !== undefined) return member;
  }
  throw missing(path, step + 1);
}

/** The last step of a path as an index of its list, at most `last`. */
function indexIn(list: readonly JsonValue[], path: readonly string[], last: number): number {
  const index = parseIndex(path.at(-1) ?? '');
  if (index === undefined || index > last) {
    throw unprocessable(`${describe(path)}: no such index in a list of ${String(list.length)} items`);
  }
  return index;
}

const missing = (path: readonly string[], steps: number): Error =>
  unprocessable(`${describe(path)}: nothing at ${describe(path.slice(0, steps))}`);

const describe = (path: readonly string[]): string =>
  JSON.stringify(path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
