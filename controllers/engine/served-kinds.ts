import type { KindRef } from '../../schemas/object.ts';

/** A kind as the API server serves it at the moment. */
export interface ServedKind extends KindRef {
  /** Resource name, as people write it. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** A custom kind, or one of ours, whose schema says that its objects get `status.conditions`; absent where nobody asked it. */
  readonly hasConditions?: boolean;
}

/**
 * The kinds that there are, for controllers that look after all of them. The daemon fills this port from its registry of
 * resources, another process from discovery.
 */
export interface ServedKinds {
  /** Kinds with objects of their own: no views of other kinds, no reviews; each in one version. */
  current(): readonly ServedKind[];
  /** Called after each change of `current()`. */
  subscribe(listener: () => void): Disposable;
}
