/**
 * What the daemon and netd say to each other, besides `hello` and `retire`. Each message carries the whole wanted state of its part and may be
 * sent again.
 */
import type { NameTable, PortReservation, ReservationProblem } from '../../ports/netd.ts';
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

export type Message = NamesMessage | ReservationsMessage | PickMessage | ResidentMessage;

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
}
