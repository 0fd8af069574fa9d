/** The ports Netd and Probes over the program netd. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RuntimeError } from '../errors.ts';
import type { NameTable, Netd, PortReservation, ReservationProblem } from '../ports/netd.ts';
import type { Probes } from '../ports/probes.ts';
import type { Processes } from '../ports/processes.ts';
import type { ResidentConnection } from '../resident/connection.ts';
import { keepResident, type ResidentLog } from '../resident/keep-resident.ts';
import { residentPaths } from '../resident/paths.ts';
import type { RunCommand } from './ask-here.ts';
import type { OpenNetwork } from './doors.ts';
import { NetdProbes } from './probes.ts';
import type { ProbeTime } from './program/keep-asking.ts';
import { machineTime } from './program/machine-time.ts';
import type { Answer, Message, ProbeEvent } from './program/protocol.ts';
import { askKept, namesTeller, reservationsTeller, type Connection } from './tell.ts';
import { createTurns } from './turns.ts';

export interface NetdOptions {
  readonly runDirectory: string;
  readonly processes: Processes;
  readonly log: ResidentLog;
  /** Runs a probe's command in an instance. */
  readonly exec: RunCommand;
  /** As Host.openNetwork; makes sure that the process still is the one of its probe. */
  readonly openNetwork: OpenNetwork;
  /** Default: of this machine. */
  readonly time?: ProbeTime;
  /** Path of Node; default: the one that runs the daemon. */
  readonly node?: string;
  /** Folder of the netd program; default: the one beside this file. */
  readonly program?: string;
  /** Where the machine's resolvers are named; default /etc/resolv.conf. */
  readonly resolvConf?: string;
}

export interface OpenNetd extends AsyncDisposable {
  readonly netd: Netd;
  readonly probes: Probes;
}

/** How long it may be silent, or be away between two lives. */
const answerMs = 20_000;
/** How long whoever starts it waits for ports that it has to take again: thousands of them take longer, and are taken all the same. */
const portsMs = 5000;
/** More do not fit into its heap: some 2 KB a host, 5 KB a port. */
const most = { hosts: 20_000, ports: 30_000 } as const;

/**
 * Starts or adopts netd; resolves when it answers. What was wanted last is told to each netd that follows. Disposing leaves it running.
 * Rejects: Unavailable (netd does not come up), Unsupported (no Node at `node`).
 */
export async function openNetd(options: NetdOptions): Promise<OpenNetd> {
  const wanted: { table?: NameTable; reservations?: readonly PortReservation[] } = {};
  const listeners = new Set<(lost: readonly ReservationProblem[]) => void>();
  const [names, ports] = [namesTeller(), reservationsTeller()];
  const probes = new NetdProbes({
    exec: options.exec,
    openNetwork: options.openNetwork,
    time: options.time ?? machineTime,
    ask: (message) => ask(message),
    send: (message) =>
      void ask(message).catch((err: unknown) => options.log.warn({ err }, 'netd was not told of probes')),
  });
  /** Never rejects: where the connection ends, the next one is told. */
  const hold = async (connection: Connection, reservations: readonly PortReservation[]): Promise<void> => {
    const { problems = [] } = await ports.tell(connection, reservations).catch(() => ({ problems: [] }));
    if (problems.length === 0) return;
    options.log.warn({ problems }, 'published ports were lost while netd was away');
    for (const listener of listeners) listener(problems);
  };
  const introduce = async (connection: ResidentConnection<Message, Answer>, adopted: boolean): Promise<void> => {
    const there = adopted ? (await askKept(connection, false)).probes : [];
    probes.adopt(there);
    const { table, reservations } = wanted;
    if (table) await names.tell(connection, table);
    for (const message of probes.missing(there)) await connection.ask(message);
    if (reservations) await Promise.race([delay(portsMs, undefined, { ref: false }), hold(connection, reservations)]);
  };
  const kept = await keepResident<Message, Answer>({
    paths: residentPaths(options.runDirectory, 'netd'),
    processes: options.processes,
    log: options.log,
    node: options.node ?? process.execPath,
    program: options.program ?? join(import.meta.dirname, 'program'),
    packages: ['dns-packet', '@leichtgewicht/ip-codec'],
    heapMegabytes: 256,
    args: ['--resolv-conf', options.resolvConf ?? '/etc/resolv.conf'],
    onConnect: introduce,
    async onRetire(connection) {
      const told = await askKept(connection, true);
      probes.adopt(told.probes);
      if (told.table) wanted.table ??= told.table;
      if (told.reservations) wanted.reservations ??= told.reservations;
    },
    onEvent: (event) => probes.hear(event as ProbeEvent),
  });
  const ask = (message: Message): Promise<Answer> => within(answerMs, kept.ask(message));
  const converse = async (talk: (connection: Connection, signal: AbortSignal) => Promise<Partial<Answer>>) => {
    const stop = new AbortController();
    try {
      return await within(
        answerMs,
        kept.converse((connection) => talk(connection, stop.signal)),
      );
    } finally {
      // Where it is late, the rest of it must not come between what is said next.
      stop.abort();
    }
  };
  const namesInTurn = createTurns();
  const reservationsInTurn = createTurns();
  return {
    netd: {
      setNames: (table) =>
        namesInTurn(async () => {
          checkSize('containers with names', table.hosts.length, most.hosts);
          wanted.table = table;
          return (await converse((connection, signal) => names.tell(connection, table, signal))).gateways ?? [];
        }),
      setReservations: (reservations) =>
        reservationsInTurn(async () => {
          checkSize('published ports', reservations.length, most.ports);
          wanted.reservations = reservations;
          return (await converse((connection, signal) => ports.tell(connection, reservations, signal))).problems ?? [];
        }),
      subscribe(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
      async pickPort(protocol, hostIP) {
        const { port } = await ask({ op: 'pick', protocol, ...(hostIP === undefined ? {} : { hostIP }) });
        if (port === undefined) throw new RuntimeError('Internal', 'netd picked no port');
        return port;
      },
    },
    probes,
    async [Symbol.asyncDispose]() {
      await probes[Symbol.asyncDispose]();
      await kept[Symbol.asyncDispose]();
    },
  };
}

/** What netd could not hold is not told to it: that would end it, and what it holds for others. */
function checkSize(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw new RuntimeError('ResourceExhausted', `this machine has ${count} ${what}, and netd can hold ${limit}`, {
    reason: 'NetworkHelperFull',
  });
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
