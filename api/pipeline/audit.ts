import type { RequestAttributes } from './attributes.ts';

/** What became of a request; for a watch, when it began. */
export interface AuditEvent {
  readonly attributes: RequestAttributes;
  readonly userAgent: string;
  /** HTTP status code. */
  readonly code: number;
  /** Milliseconds since the epoch, when the request came. */
  readonly receivedAt: number;
  readonly durationMs: number;
}

/** Hears of every request that got as far as having a user. Must not throw and must not block. */
export interface AuditSink {
  record(event: AuditEvent): void;
}

/** Listens to nothing. */
export const silentAudit: AuditSink = { record: () => undefined };
