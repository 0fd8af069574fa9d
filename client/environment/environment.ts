/**
 * An environment: a Namespace of its own that lives as long as whoever opened it. The Namespace names a Lease in it, which this process
 * renews; when it ends without tearing the environment down (`kill -9`, a power cut of its machine), the daemon does.
 */
import { randomInt } from 'node:crypto';
import { ENVIRONMENT_LABEL, LEASE_ANNOTATION } from '../../schemas/annotations.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { isReason, type Client } from '../client.ts';
import { holdLease } from './lease.ts';
import { tearDownNamespace } from './tear-down.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

/** Name of the Lease, and of nobody else. */
const LEASE_NAME = 'tsmoby-environment';

const DEFAULT_LEASE_SECONDS = 15;
const DEFAULT_GRACE_SECONDS = 2;
const DEFAULT_TEAR_DOWN_MS = 120_000;
/** Without letters that look alike, and without vowels, which make words. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX = 5;
/** Of a Namespace, with dash and suffix: 63 characters in all. */
const LONGEST_NAME = 63 - SUFFIX - 1;

export interface EnvironmentOptions {
  /** Begins the Namespace's name, five letters end it. Lower case letters, digits and dashes. Default: `env`. */
  readonly name?: string;
  /** Seconds for which it outlives a process that was killed; 2 or more. Default: 15. */
  readonly leaseSeconds?: number;
  /** Seconds that processes get to end by themselves when it is torn down. Default: 2. */
  readonly graceSeconds?: number;
  /** Rejects the tear-down when it takes longer. Default: 2 minutes. */
  readonly tearDownTimeoutMs?: number;
}

/** Disposing tears it down: rejects with TearDownError, ApiError. */
export interface OpenEnvironment extends AsyncDisposable {
  readonly namespace: string;
  /** Aborts when somebody else has deleted it. */
  readonly lost: AbortSignal;
  /** Nobody tears it down any more: disposing leaves it, and so does the end of this process. */
  keep(): Promise<void>;
}

/** Rejects with ApiError, and with RangeError for a name that cannot be one. */
export async function openEnvironment(client: Client, options: EnvironmentOptions = {}): Promise<OpenEnvironment> {
  const { name = 'env', leaseSeconds = DEFAULT_LEASE_SECONDS } = options;
  checkOptions(name, leaseSeconds);
  const { metadata } = await createNamespace(client, name);
  const { name: namespace, uid } = metadata;
  const lost = new AbortController();
  const onLost = (): void => lost.abort(new Error(`environment ${namespace} was deleted by somebody else`));
  // when this fails, the daemon sees no lease, and ends the namespace
  const lease = await holdLease({ client, namespace, name: LEASE_NAME, seconds: leaseSeconds, onLost });
  let state: 'open' | 'kept' | 'gone' = 'open';
  return {
    namespace,
    lost: lost.signal,
    async keep() {
      await client.patch({ ...NAMESPACE, name: namespace }, WITHOUT_LEASE, { type: 'merge' });
      state = 'kept';
      await lease[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      if (state !== 'open') return;
      state = 'gone';
      await using _lease = lease;
      const { graceSeconds = DEFAULT_GRACE_SECONDS, tearDownTimeoutMs: timeoutMs = DEFAULT_TEAR_DOWN_MS } = options;
      await tearDownNamespace(client, namespace, { uid, graceSeconds, timeoutMs });
    },
  };
}

const WITHOUT_LEASE = { metadata: { annotations: { [LEASE_ANNOTATION]: null } } };

/** Why a name cannot begin that of a Namespace; undefined when it can. */
export function environmentNameProblem(name: string): string | undefined {
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= LONGEST_NAME) return undefined;
  return `${JSON.stringify(name)} cannot be the name of an environment: lower case letters, digits and dashes between them, at most ${LONGEST_NAME}`;
}

function checkOptions(name: string, leaseSeconds: number): void {
  const problem = environmentNameProblem(name);
  if (problem !== undefined) throw new RangeError(problem);
  if (!Number.isInteger(leaseSeconds) || leaseSeconds < 2)
    throw new RangeError(`leaseSeconds must be a whole number, 2 or more: ${leaseSeconds}`);
}

async function createNamespace(client: Client, prefix: string): Promise<KubeObject> {
  for (;;) {
    const name = `${prefix}-${randomSuffix()}`;
    const annotations = { [LEASE_ANNOTATION]: LEASE_NAME };
    try {
      return await client.create({
        ...NAMESPACE,
        metadata: { name, annotations, labels: { [ENVIRONMENT_LABEL]: prefix } },
      });
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error;
    }
  }
}

const randomSuffix = (): string => Array.from({ length: SUFFIX }, () => LETTERS[randomInt(LETTERS.length)]).join('');
