/** What people and commands ask of a Sync by annotations on it. */

/** Any new value: the source is asked at once, and what failed is tried again. */
export const RECONCILE_REQUEST_ANNOTATION = 'tsmoby.dev/reconcile-request';
/** The digest in `status.pendingPrune` that may go, whatever its number. */
export const APPROVE_PRUNE_ANNOTATION = 'tsmoby.dev/approve-prune';
