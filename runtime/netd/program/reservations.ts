/** Keeps the ports that are wanted, and no others. */
import type { PortReservation, ReservationProblem } from '../../ports/netd.ts';
import { holderOf } from './port-holder.ts';
import { reserve, type Reserved } from './reserve.ts';

export interface Reservations extends AsyncDisposable {
  /** Resolves with those that cannot be had. */
  set(reservations: readonly PortReservation[]): Promise<readonly ReservationProblem[]>;
  /** A port that is free now. Rejects with errno errors. */
  pick(protocol: PortReservation['protocol'], hostIP?: string): Promise<number>;
}

const keyOf = ({ protocol, hostIP, hostPort }: PortReservation): string => `${protocol} ${hostIP ?? '*'} ${hostPort}`;

export function createReservations(): Reservations {
  const held = new Map<string, Reserved>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
  const replace = async (wanted: ReadonlyMap<string, PortReservation>): Promise<readonly ReservationProblem[]> => {
    // First what goes: "all addresses" may follow "this address" on the same port.
    for (const [key, reserved] of held) {
      if (wanted.has(key)) continue;
      held.delete(key);
      await reserved[Symbol.asyncDispose]();
    }
    const problems: ReservationProblem[] = [];
    for (const [key, reservation] of wanted) {
      if (held.has(key)) continue;
      try {
        held.set(key, await reserve(reservation));
      } catch (error) {
        problems.push({ ...reservation, ...(await explain(reservation, error as NodeJS.ErrnoException)) });
      }
    }
    return problems;
  };
  return {
    set: (reservations) => inTurn(() => replace(new Map(reservations.map((each) => [keyOf(each), each])))),
    async pick(protocol, hostIP) {
      const reserved = await reserve({ protocol, hostPort: 0, ...(hostIP === undefined ? {} : { hostIP }) });
      await reserved[Symbol.asyncDispose]();
      return reserved.port;
    },
    async [Symbol.asyncDispose]() {
      await inTurn(() => replace(new Map()));
    },
  };
}

async function explain(
  reservation: PortReservation,
  { code, message }: NodeJS.ErrnoException,
): Promise<{ readonly reason: string; readonly message: string }> {
  const { protocol, hostIP, hostPort } = reservation;
  const what = `${protocol} port ${hostPort}${hostIP === undefined ? '' : ` of ${hostIP}`}`;
  const unsupported = (why: string): { reason: string; message: string } => ({
    reason: 'PortUnsupported',
    message: why,
  });
  switch (code) {
    case 'EADDRINUSE':
      return {
        reason: 'PortTaken',
        message: `${what} is held by ${(await holderOf(reservation)) ?? 'another program'}`,
      };
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
