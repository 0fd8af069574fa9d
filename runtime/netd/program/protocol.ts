/**
 * What the daemon and netd say to each other, besides `hello` and `retire`. No message is long: of lists changes are told, and slices of what is
 * told as a whole, as to a netd that is new. Each may be sent again.
 */
import type { NamedHost, NameTable, PortReservation, ReservationProblem } from '../../ports/netd.ts';
import type { NetworkAction } from './ask-network.ts';
import type { ProbeAnswer } from './probe-cycle.ts';
import type { ProbeSpec, ProbeState, ProbeTarget } from '../../ports/probes.ts';
import type { ResidentAnswer, ResidentMessage } from '../../resident/program/wire.ts';

export const protocolVersion = 2;

/** How a list changes, in one message; or all of it anew (`whole`), in several over one connection, in force at once with the last of them. */
interface ChangeMessage<Row, Name> {
  readonly whole: boolean;
  readonly put: readonly Row[];
  readonly drop: readonly Name[];
  readonly isLast: boolean;
}

/** Hosts by numbers that the daemon gives them; networks, where they are said, are all there are. */
export interface NamesMessage extends ChangeMessage<readonly [id: number, host: NamedHost], number> {
  readonly op: 'names';
  readonly networks?: NameTable['networks'];
}

/** What is dropped and put in one message stays. */
export interface ReservationsMessage extends ChangeMessage<PortReservation, PortReservation> {
  readonly op: 'reservations';
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
  /** Of spec and target: by that, who keeps it again knows it. */
  readonly digest: string;
  readonly state: ProbeState;
  /** What netd asks, and whom. Absent: the daemon asks, and netd only remembers how it stands. */
  readonly question?: { readonly spec: ProbeSpec; readonly target: ProbeTarget };
}

/** What is known already, by key and serial, is left alone. */
export interface ProbesMessage {
  readonly op: 'probes';
  readonly keep: readonly KeptProbe[];
  readonly drop: readonly string[];
}

/**
 * What it keeps, in slices: from this one of its probes on; and before the first of them all else, where that is asked for. A daemon of protocol 1
 * says neither, and asks for all.
 */
export interface KeptMessage {
  readonly op: 'kept';
  readonly from?: number;
  readonly withTables?: boolean;
}

/** Asks once. */
export interface AskMessage {
  readonly op: 'ask';
  readonly action: NetworkAction;
  readonly address: string;
  readonly timeoutMs: number;
}

export type Message =
  NamesMessage | ReservationsMessage | PickMessage | ProbesMessage | AskMessage | KeptMessage | ResidentMessage;

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
  /** Of `kept`: some of its probes as they stand, and from where there are more; and all that it was told last. */
  readonly probes?: readonly KeptProbe[];
  readonly next?: number;
  readonly table?: NameTable;
  readonly reservations?: readonly PortReservation[];
  /** Of `ask`. */
  readonly told?: ProbeAnswer;
}
