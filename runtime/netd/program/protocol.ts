/**
 * What the daemon and netd say to each other, besides `hello` and `retire`. Each message carries the whole wanted state of its part and may be
 * sent again.
 */
import type { NameTable, PortReservation, ReservationProblem } from '../../ports/netd.ts';
import type { NetworkAction } from './ask-network.ts';
import type { ProbeAnswer } from './probe-cycle.ts';
import type { ProbeSpec, ProbeState, ProbeTarget } from '../../ports/probes.ts';
import type { ResidentAnswer, ResidentMessage } from '../../resident/program/wire.ts';

export const protocolVersion = 1;

export interface NamesMessage {
  readonly op: 'names';
  readonly table: NameTable;
}

export interface ReservationsMessage {
  readonly op: 'reservations';
  readonly reservations: readonly PortReservation[];
}

export interface PickMessage {
  readonly op: 'pick';
  readonly protocol: PortReservation['protocol'];
  readonly hostIP?: string;
}

/** A probe as it is kept at both ends. */
export interface KeptProbe {
  readonly key: string;
  /** Another one for each spec and target that a key was given: what is said of an older one is not of this one. */
  readonly serial: number;
  readonly spec: ProbeSpec;
  readonly target: ProbeTarget;
  readonly state: ProbeState;
  /** The daemon asks; netd only remembers how it stands. */
  readonly byDaemon: boolean;
}

/** What is known already, by key and serial, is left alone. */
export interface ProbesMessage {
  readonly op: 'probes';
  readonly keep: readonly KeptProbe[];
  readonly drop: readonly string[];
}

/** Asks once. */
export interface AskMessage {
  readonly op: 'ask';
  readonly action: NetworkAction;
  readonly address: string;
  readonly timeoutMs: number;
}

export type Message =
  | NamesMessage
  | ReservationsMessage
  | PickMessage
  | ProbesMessage
  | AskMessage
  | { readonly op: 'kept' }
  | ResidentMessage;

/** Said unasked: a probe's state has changed. */
export interface ProbeEvent {
  readonly event: 'probe';
  readonly key: string;
  readonly serial: number;
  readonly state: ProbeState;
}

/** A gateway at which it cannot listen, and why. */
export interface GatewayProblem {
  readonly gateway: string;
  readonly message: string;
}

export interface Answer extends ResidentAnswer {
  /** Of `names`. */
  readonly gateways?: readonly GatewayProblem[];
  /** Of `reservations`. */
  readonly problems?: readonly ReservationProblem[];
  /** Of `pick`. */
  readonly port?: number;
  /** Of `kept`: all that it was told last, and how probes stand. */
  readonly probes?: readonly KeptProbe[];
  readonly table?: NameTable;
  readonly reservations?: readonly PortReservation[];
  /** Of `ask`. */
  readonly told?: ProbeAnswer;
}
