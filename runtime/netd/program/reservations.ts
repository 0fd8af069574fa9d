/** Keeps the ports that are wanted, and no others. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { PortReservation, ReservationProblem } from '../../ports/netd.ts';
import { holdersOf } from './port-holder.ts';
import type { ReservationsMessage } from './protocol.ts';
import { reserve, type Reserved } from './reserve.ts';

export interface Reservations extends AsyncDisposable {
  readonly wanted: readonly PortReservation[];
  /** Resolves with those that cannot be had, when it is in force; undefined: more is to come first. */
  change(change: Omit<ReservationsMessage, 'op'>): Promise<readonly ReservationProblem[] | undefined>;
  /** A port that is free now. Rejects with errno errors. */
  pick(protocol: PortReservation['protocol'], hostIP?: string): Promise<number>;
}

const keyOf = ({ protocol, hostIP, hostPort }: PortReservation): string => `${protocol} ${hostIP ?? '*'} ${hostPort}`;

/** Names are answered in between. */
const atOnce = 32;

type Failure = PortReservation & { readonly error: NodeJS.ErrnoException };

export function createReservations(): Reservations {
  const held = new Map<string, Reserved>();
  let wanted = new Map<string, PortReservation>();
  let begun: typeof wanted | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
  const replace = async (): Promise<readonly ReservationProblem[]> => {
    let done = 0;
    const rest = async (): Promise<unknown> => (++done % atOnce === 0 ? await breathe() : undefined);
    // First what goes: "all addresses" may follow "this address" on the same port.
    for (const [key, reserved] of held) {
      if (wanted.has(key)) continue;
      held.delete(key);
      await reserved[Symbol.asyncDispose]();
      await rest();
    }
    const failures: Failure[] = [];
    for (const [key, reservation] of wanted) {
      if (held.has(key)) continue;
      try {
        held.set(key, await reserve(reservation));
      } catch (error) {
        failures.push({ ...reservation, error: error as NodeJS.ErrnoException });
      }
      await rest();
    }
    return await explain(failures);
  };
  return {
    get wanted() {
      return [...wanted.values()];
    },
    async change({ whole, put, drop, isLast }) {
      const next = whole ? new Map<string, PortReservation>() : (begun ?? wanted);
      for (const each of drop) next.delete(keyOf(each));
      for (const each of put) next.set(keyOf(each), each);
      begun = isLast ? undefined : next;
      if (!isLast) return undefined;
      return await inTurn(() => {
        wanted = next;
        return replace();
      });
    },
    async pick(protocol, hostIP) {
      const reserved = await reserve({ protocol, hostPort: 0, ...(hostIP === undefined ? {} : { hostIP }) });
      await reserved[Symbol.asyncDispose]();
      return reserved.port;
    },
    async [Symbol.asyncDispose]() {
      await inTurn(async () => {
        wanted = new Map();
        await replace();
      });
    },
  };
}

async function explain(failures: readonly Failure[]): Promise<readonly ReservationProblem[]> {
  const holders = await holdersOf(failures.filter(({ error }) => error.code === 'EADDRINUSE'));
  return failures.map((failure) => {
    const { error, ...reservation } = failure;
    return { ...reservation, ...why(reservation, error, holders.get(failure)) };
  });
}

function why(
  { protocol, hostIP, hostPort }: PortReservation,
  { code, message }: NodeJS.ErrnoException,
  holder?: string,
) {
  const what = `${protocol} port ${hostPort}${hostIP === undefined ? '' : ` of ${hostIP}`}`;
  const unsupported = (text: string) => ({ reason: 'PortUnsupported', message: text });
  switch (code) {
    case 'EADDRINUSE':
      return { reason: 'PortTaken', message: `${what} is held by ${holder ?? 'another program'}` };
    case 'EADDRNOTAVAIL':
      return unsupported(`${hostIP ?? 'it'} is no address of this machine`);
    case 'EAFNOSUPPORT':
      return unsupported(`this machine has no addresses like ${hostIP ?? 'these'}`);
    case 'EACCES':
    case 'EPERM':
      return unsupported(`${what} may not be used by this user`);
    case 'EMFILE':
    case 'ENFILE':
      return unsupported(`${what} cannot be held: too many files are open`);
    default:
      return unsupported(`${what}: ${message}`);
  }
}
