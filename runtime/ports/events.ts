/**
 * What the runtime tells us unasked. Events wake controllers and carry no truth: they may be lost, doubled or late,
 * and there is no replay. After `connected` everything must be listed again.
 */
export type RuntimeEvent =
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly message: string }
  /** Something happened to this instance (exit, OOM, start, record changed or deleted). */
  | { readonly type: 'instance'; readonly id: string; readonly topic: string }
  /** Something happened to this image record. */
  | { readonly type: 'image'; readonly name: string; readonly topic: string };

export interface RuntimeEvents {
  /** Never ends before the signal; reconnects by itself with backoff. One subscription serves many readers. */
  subscribe(listener: (event: RuntimeEvent) => void): Disposable;
  readonly connected: boolean;
}
