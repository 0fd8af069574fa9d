/** A Lease that this process renews for as long as it lives. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Lease } from '../../schemas/gen/types.ts';
import { isReason, type Client } from '../client.ts';

const LEASE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;

/** Renewals in the time of a lease: three may fail. */
const RENEWALS = 4;

/** Pause after a renewal that failed, so that a server that comes back hears of us in time. */
const RETRY_MS = 1000;

export interface LeaseOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  /** How long it is good without being renewed; whole seconds, 1 or more. */
  readonly seconds: number;
  /** Called once when it, or its Namespace, is not there any more. */
  readonly onLost: () => void;
}

/** Takes the lease and renews it; disposing ends that and leaves the object. The renewing keeps no process alive. Rejects with ApiError. */
export async function holdLease(options: LeaseOptions): Promise<AsyncDisposable> {
  const { client, namespace, name, seconds } = options;
  const now = microTime();
  await client.create<Lease>({
    ...LEASE,
    metadata: { namespace, name },
    spec: {
      holderIdentity: `${hostname()}_${process.pid}_${randomUUID()}`,
      leaseDurationSeconds: seconds,
      acquireTime: now,
      renewTime: now,
    },
  });
  const stop = new AbortController();
  const renewing = renew(options, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await renewing;
    },
  };
}

async function renew({ client, namespace, name, seconds, onLost }: LeaseOptions, stop: AbortSignal): Promise<void> {
  const pauseMs = (seconds * 1000) / RENEWALS;
  let next = pauseMs;
  while (await passes(next, stop)) {
    try {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(2 * pauseMs)]);
      const patch = { spec: { renewTime: microTime() } };
      await client.patch<Lease>({ ...LEASE, namespace, name }, patch, { type: 'merge', signal });
      next = pauseMs;
    } catch (error) {
      if (stop.aborted) return;
      if (isReason(error, 'NotFound')) {
        onLost();
        return;
      }
      // the server may be on its way back
      next = Math.min(pauseMs, RETRY_MS);
    }
  }
}

/** MicroTime of meta/v1. */
const microTime = (): string => new Date().toISOString().replace('Z', '000Z');

/** False when `stop` came first. */
function passes(milliseconds: number, stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve(false);
    const end = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      stop.removeEventListener('abort', end);
      resolve(true);
    }, milliseconds).unref();
    stop.addEventListener('abort', end, { once: true });
  });
}
