import type { FieldSetCache } from './apply/fields-v1.ts';
import type { AdmissionChain } from './pipeline/admission.ts';
import type { AuditSink } from './pipeline/audit.ts';
import type { Authenticator } from './pipeline/authenticate.ts';
import type { Authorizer } from './pipeline/authorize.ts';
import type { OpenApi } from './handlers/openapi.ts';
import type { Metrics } from './metrics.ts';
import type { Registry } from './registry/registry.ts';

/** Structured log: fields first, then a constant message. */
export interface ApiLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ApiClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A named readiness check: undefined when all is well, else why not (without secrets). */
export interface HealthCheck {
  readonly name: string;
  check(): string | undefined;
}

/** What the request path shares. Built once by createApiServer. */
export interface ApiContext {
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly admission: AdmissionChain;
  readonly audit: AuditSink;
  readonly metrics: Metrics;
  readonly openApi: OpenApi;
  /** Parsed managed fields. */
  readonly fieldSets: FieldSetCache;
  readonly health: readonly HealthCheck[];
  readonly clock: ApiClock;
  readonly log: ApiLog;
  /** tsmoby's own version, for /version. */
  readonly version: string;
}
