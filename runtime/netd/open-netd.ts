/** The ports Netd and Probes over the program netd. */
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { NameTable, Netd, PortReservation } from '../ports/netd.ts';
import type { Probes } from '../ports/probes.ts';
import type { Processes } from '../ports/processes.ts';
import type { ResidentConnection } from '../resident/connection.ts';
import { keepResident, type ResidentLog } from '../resident/keep-resident.ts';
import { residentPaths } from '../resident/paths.ts';
import type { RunCommand } from './ask-here.ts';
import type { OpenNetwork } from './doors.ts';
import { NetdProbes } from './probes.ts';
import type { ProbeTime } from './program/keep-asking.ts';
import type { Answer, Message, ProbeEvent } from './program/protocol.ts';

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

/**
 * Starts or adopts netd; resolves when it answers. What was wanted last is told to each netd that follows. Disposing leaves it running.
 * Rejects: Unavailable (netd does not come up), Unsupported (no Node at `node`).
 */
export async function openNetd(options: NetdOptions): Promise<OpenNetd> {
  const wanted: { table?: NameTable; reservations?: readonly PortReservation[] } = {};
  const probes = new NetdProbes({
    exec: options.exec,
    openNetwork: options.openNetwork,
    time: options.time ?? machineTime,
    ask: (message) => ask(message),
    send: (message) =>
      void ask(message).catch((err: unknown) => options.log.warn({ err }, 'netd was not told of probes')),
  });
  const introduce = async (connection: ResidentConnection<Message, Answer>, adopted: boolean): Promise<void> => {
    if (adopted) probes.adopt((await connection.ask({ op: 'kept' })).probes ?? []);
    const { table, reservations } = wanted;
    if (table) await connection.ask({ op: 'names', table });
    const answer = reservations && (await connection.ask({ op: 'reservations', reservations }));
    const problems = answer?.problems ?? [];
    if (problems.length > 0) options.log.warn({ problems }, 'published ports were lost while netd was away');
    await connection.ask(probes.wanted);
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
    async onRetire(connection) {
      const told = await connection.ask({ op: 'kept' });
      probes.adopt(told.probes ?? []);
      if (told.table) wanted.table ??= told.table;
      if (told.reservations) wanted.reservations ??= told.reservations;
    },
    onEvent: (event) => probes.hear(event as ProbeEvent),
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
    probes,
    async [Symbol.asyncDispose]() {
      await probes[Symbol.asyncDispose]();
      await kept[Symbol.asyncDispose]();
    },
  };
}

const machineTime: ProbeTime = {
  now: Date.now,
  random: Math.random,
  after(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

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
