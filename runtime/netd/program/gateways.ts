/** Where names are answered: listens at the gateways of the table, and no others. */
import { dnsPort, listenAt } from './listen.ts';
import { holdersOf } from './port-holder.ts';
import type { GatewayProblem } from './protocol.ts';
import type { Resolver } from './resolve.ts';

export interface Gateways extends AsyncDisposable {
  /** Resolves with those at which it cannot listen. It tries them again by itself. */
  set(gateways: readonly string[]): Promise<readonly GatewayProblem[]>;
}

/** Until a gateway that could not be had is tried again: its bridge comes up, or somebody lets go of the port. */
const againMs = 2000;

export function createGateways(resolver: Pick<Resolver, 'resolve'>): Gateways {
  const open = new Map<string, AsyncDisposable>();
  let wanted: readonly string[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let again: NodeJS.Timeout | undefined;

  const openAll = async (): Promise<readonly GatewayProblem[]> => {
    clearTimeout(again);
    for (const [gateway, listening] of open) {
      if (wanted.includes(gateway)) continue;
      open.delete(gateway);
      await listening[Symbol.asyncDispose]();
    }
    const problems: GatewayProblem[] = [];
    for (const gateway of wanted) {
      if (open.has(gateway)) continue;
      try {
        open.set(gateway, await listenAt(gateway, resolver));
      } catch (error) {
        problems.push({ gateway, message: await explain(gateway, error as NodeJS.ErrnoException) });
      }
    }
    if (problems.length > 0) again = setTimeout(() => void inTurn(openAll).catch(() => undefined), againMs);
    return problems;
  };
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    set(gateways) {
      return inTurn(() => {
        wanted = gateways;
        return openAll();
      });
    },
    async [Symbol.asyncDispose]() {
      await inTurn(async () => {
        wanted = [];
        await openAll();
      });
    },
  };
}

async function explain(gateway: string, { code, message }: NodeJS.ErrnoException): Promise<string> {
  if (code === 'EADDRNOTAVAIL') return `${gateway} is no address of this machine yet`;
  if (code === 'EACCES' || code === 'EPERM') return `port ${dnsPort} of ${gateway} may not be used by this user`;
  if (code !== 'EADDRINUSE') return `port ${dnsPort} of ${gateway}: ${message}`;
  const ports = (['UDP', 'TCP'] as const).map((protocol) => ({ protocol, hostIP: gateway, hostPort: dnsPort }));
  const [holder = 'another program'] = (await holdersOf(ports)).values();
  return `port ${dnsPort} of ${gateway} is held by ${holder}`;
}
