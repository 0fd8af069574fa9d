/** HTTPS with certificates that look after themselves. */
import type { ApiClock, ApiLog } from '../context.ts';
import { listenHttps, type Listener, type ListenOptions } from '../http/listen.ts';
import { ensureCertificates, type Certificates } from './certificates.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** How often a running server looks whether its certificates come to their end. */
const CHECK_INTERVAL_MS = 12 * 60 * 60 * 1000;

export interface HttpsOptions {
  /** Address to bind; nothing wider than loopback unless somebody asked for it. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where the authority and its certificates are kept. */
  readonly certDirectory: string;
  /** Where the administrator's kubeconfig goes; none is written without it. */
  readonly kubeconfig?: string;
  /** Milliseconds between two looks at the certificates; twice a day by default. */
  readonly checkEvery?: number;
}

/** Makes or reads certificates, listens, writes the kubeconfig, and renews all that for as long as the listener is open. */
export async function serveHttps(
  { host, port, certDirectory, kubeconfig, checkEvery = CHECK_INTERVAL_MS }: HttpsOptions,
  shared: ListenOptions & { readonly clock: ApiClock; readonly log: ApiLog },
): Promise<Listener> {
  const { clock, log } = shared;
  const hosts = [...new Set(['127.0.0.1', '::1', 'localhost', ...(isWildcard(host) ? [] : [host])])];
  const ensure = (): Promise<Certificates> => ensureCertificates({ directory: certDirectory, hosts, now: clock.now() });
  let current = await ensure();
  const listener = await listenHttps({ ...shared, host, port, ...current.server, ca: current.ca });
  const publish = async (): Promise<void> => {
    if (kubeconfig === undefined) return;
    const server = isWildcard(host) ? listener.address.replace(/\/\/.*:/, '//127.0.0.1:') : listener.address;
    await writeKubeconfig({ path: kubeconfig, server, ca: current.ca, admin: current.admin });
  };
  const renew = async (): Promise<void> => {
    const next = await ensure();
    const changed = next.server.cert !== current.server.cert || next.ca !== current.ca;
    current = next;
    if (changed) listener.renew({ ...next.server, ca: next.ca });
    await publish();
  };
  try {
    await publish();
  } catch (error) {
    await listener[Symbol.asyncDispose]();
    throw error;
  }
  let renewing: Promise<void> | undefined;
  const timer = setInterval(() => {
    // one at a time: two would make two pairs, and mix them
    renewing ??= renew()
      .catch((err: unknown) => log.error({ err, certDirectory }, 'certificates could not be renewed'))
      .finally(() => (renewing = undefined));
  }, checkEvery).unref();
  return {
    address: listener.address,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await renewing;
      await listener[Symbol.asyncDispose]();
    },
  };
}

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::';
