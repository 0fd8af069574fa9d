import { StoreError } from '../store/store.ts';

export type WatchCacheErrorCode =
  /** The revision is older than the history that is kept: list again. HTTP 410. */
  | 'Expired'
  /** The revision has not happened (yet). HTTP 504 with cause ResourceVersionTooLarge. */
  | 'Ahead'
  /** The watcher did not read for too long: watch again from the last version it saw. */
  | 'TooSlow'
  /** The store was closed or lost. */
  | 'Closed';

/** The only error that leaves the watch cache, besides what the caller's AbortSignal carries. */
export class WatchCacheError extends Error {
  override readonly name = 'WatchCacheError';
  readonly code: WatchCacheErrorCode;
  constructor(code: WatchCacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The one crossing from the store's errors. Others (a damaged value, a bug) pass unchanged. */
export function fromStoreError(error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  const options = { cause: error };
  if (error.code === 'Compacted') return new WatchCacheError('Expired', error.message, options);
  if (error.code === 'FutureRevision') return new WatchCacheError('Ahead', error.message, options);
  return new WatchCacheError('Closed', error.message, options);
}
