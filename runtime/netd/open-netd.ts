/** The Netd port over the program netd. */
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { NameTable, Netd, PortReservation } from '../ports/netd.ts';
import type { Processes } from '../ports/processes.ts';
import type { ResidentConnection } from '../resident/connection.ts';
import { keepResident, type ResidentLog } from '../resident/keep-resident.ts';
import { residentPaths } from '../resident/paths.ts';
import type { Answer, Message } from './program/protocol.ts';

export interface NetdOptions {
  readonly runDirectory: string;
  readonly processes: Processes;
  readonly log: ResidentLog;
  /** Path of Node; default: the one that runs the daemon. */
  readonly node?: string;
  /** Folder of the netd program; default: the one beside this file. */
  readonly program?: string;
  /** Where the machine's resolvers are named; default /etc/resolv.conf. */
  readonly resolvConf?: string;
}

export interface OpenNetd extends AsyncDisposable {
  readonly netd: Netd;
}

/** How long it may be silent, or be away between two lives. */
const answerMs = 20_000;

/**
 * Starts or adopts netd; resolves when it answers. What was wanted last is told to each netd that follows. Disposing leaves it running.
 * Rejects: Unavailable (netd does not come up), Unsupported (no Node at `node`).
 */
export async function openNetd(options: NetdOptions): Promise<OpenNetd> {
  const wanted: { table?: NameTable; reservations?: readonly PortReservation[] } = {};
  const introduce = async (connection: ResidentConnection<Message, Answer>, adopted: boolean): Promise<void> => {
    if (adopted) return;
    const { table, reservations } = wanted;
    if (table) await connection.ask({ op: 'names', table });
    const answer = reservations && (await connection.ask({ op: 'reservations', reservations }));
    const problems = answer?.problems ?? [];
    if (problems.length > 0) options.log.warn({ problems }, 'published ports were lost while netd was away');
  };
  const kept = await keepResident<Message, Answer>({
    paths: residentPaths(options.runDirectory, 'netd'),
    processes: options.processes,
    log: options.log,
    node: options.node ?? process.execPath,
    program: options.program ?? join(import.meta.dirname, 'program'),
    packages: ['dns-packet', '@leichtgewicht/ip-codec'],
    heapMegabytes: 64,
    args: ['--resolv-conf', options.resolvConf ?? '/etc/resolv.conf'],
    onConnect: introduce,
  });
  const ask = (message: Message): Promise<Answer> => within(answerMs, kept.ask(message));
  const namesInTurn = createTurns();
  const reservationsInTurn = createTurns();
  return {
    netd: {
      setNames: (table) =>
        namesInTurn(async () => {
          wanted.table = table;
          return (await ask({ op: 'names', table })).gateways ?? [];
        }),
      setReservations: (reservations) =>
        reservationsInTurn(async () => {
          wanted.reservations = reservations;
          return (await ask({ op: 'reservations', reservations })).problems ?? [];
        }),
      async pickPort(protocol, hostIP) {
        const { port } = await ask({ op: 'pick', protocol, ...(hostIP === undefined ? {} : { hostIP }) });
        if (port === undefined) throw new RuntimeError('Internal', 'netd picked no port');
        return port;
      },
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

/** What is asked later is in force later, also when netd died in between. */
function createTurns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
}

async function within<T>(milliseconds: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new RuntimeError('Unavailable', 'netd does not answer')), milliseconds);
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
