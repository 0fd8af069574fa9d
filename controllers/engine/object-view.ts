/**
 * A view of all objects of one kind as they are in this process's memory.
 *
 * Two things are one: the API server's own watch cache, when the controllers run in the same process (then the informer is a
 * view of that cache and not a second copy), and a `Mirror` that list and watch keep, for every other Client. A Client
 * that holds the objects itself offers the first by also being an `ObjectSource`.
 */
import type { KindRef, KubeObject } from '../../schemas/object.ts';
import type { Client } from '../../client/client.ts';
import type { Key } from './keys.ts';

export interface ObjectChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** As it is now; the last state, when deleted. */
  readonly object: KubeObject;
  /** As it was before. Absent for an object that is new. May be decoded on access. */
  readonly previous?: KubeObject | undefined;
}

/** Called synchronously and in order. Must be quick and must not throw. */
export type ObjectListener = (change: ObjectChange) => void;

export interface ObjectView {
  /** Keys of all objects there are now, in no promised order. Safe to go through while objects come and go. */
  keys(): Iterable<Key>;
  /** Frozen. */
  get(key: Key): KubeObject | undefined;
  /** Every later change. Objects that are there already are not announced. */
  subscribe(listener: ObjectListener): Disposable;
}

/** Capability of a Client that has the objects in memory already and is never behind a write it has acknowledged. */
export interface ObjectSource {
  /** Undefined: not for this kind (not served, or not cached); the caller then lists and watches. */
  objectView(kind: KindRef): ObjectView | undefined;
}

/** Whether a Client has the capability. */
export function isObjectSource(client: Client): client is Client & ObjectSource {
  return typeof (client as Partial<ObjectSource>).objectView === 'function';
}
