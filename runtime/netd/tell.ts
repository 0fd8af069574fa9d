/** Long things that are told netd, and that it tells: in changes, and slice by slice. */
import type { NamedHost, NameTable, PortReservation } from '../ports/netd.ts';
import type { ResidentConnection } from '../resident/connection.ts';
import { createTurns } from './turns.ts';
import type { Answer, KeptProbe, Message, NamesMessage, ReservationsMessage } from './program/protocol.ts';
import { sliceEnd, slicesOf } from './program/slices.ts';

export type Connection = Pick<ResidentConnection<Message, Answer>, 'ask'>;

/** Tells netd one of its parts, one after the other, and remembers what it has of it. */
export interface Teller<T> {
  /**
   * Resolves with the answer when all of it is in force. Between two messages it stops for the signal, and rejects with its reason: the next time
   * it begins anew.
   */
  tell(connection: Connection, wanted: T, signal?: AbortSignal): Promise<Partial<Answer>>;
}

/** Hosts are the same while they are the same object. */
export function namesTeller(): Teller<NameTable> {
  let nextId = 1;
  return createTeller<NameTable, NamedHost, number, readonly [number, NamedHost]>({
    rowsOf: ({ hosts }) => hosts,
    nameOf: () => nextId++,
    put: (host, id) => [id, host],
    message: (change, { networks }, isFirst): NamesMessage => ({
      op: 'names',
      ...change,
      ...(isFirst ? { networks } : {}),
    }),
  });
}

/** Likewise. */
export function reservationsTeller(): Teller<readonly PortReservation[]> {
  return createTeller<readonly PortReservation[], PortReservation, PortReservation, PortReservation>({
    rowsOf: (reservations) => reservations,
    nameOf: (reservation) => reservation,
    put: (reservation) => reservation,
    message: (change): ReservationsMessage => ({ op: 'reservations', ...change }),
  });
}

interface Change<Name, Put> {
  readonly whole: boolean;
  readonly put: readonly Put[];
  readonly drop: readonly Name[];
  readonly isLast: boolean;
}

interface Kind<T, Row, Name, Put> {
  readonly rowsOf: (wanted: T) => readonly Row[];
  readonly nameOf: (row: Row) => Name;
  readonly put: (row: Row, name: Name) => Put;
  readonly message: (change: Change<Name, Put>, wanted: T, isFirst: boolean) => Message;
}

function createTeller<T, Row, Name, Put>({ rowsOf, nameOf, put, message }: Kind<T, Row, Name, Put>): Teller<T> {
  let told: ReadonlyMap<Row, Name> | undefined;
  /** To whom. */
  let to: Connection | undefined;
  const inTurn = createTurns();
  const messagesOf = function* (before: typeof told, rows: ReadonlyMap<Row, Name>, wanted: T): Generator<Message> {
    const more = [...rows].filter(([row]) => before?.has(row) !== true).map(([row, name]) => put(row, name));
    const drop = [...(before ?? [])].filter(([row]) => !rows.has(row)).map(([, name]) => name);
    if (before && isShort(more) && isShort(drop)) {
      yield message({ whole: false, put: more, drop, isLast: true }, wanted, true);
      return;
    }
    const all = [...rows].map(([row, name]) => put(row, name));
    for (const { rows: some, isFirst, isLast } of slicesOf(all))
      yield message({ whole: isFirst, put: some, drop: [], isLast }, wanted, isFirst);
  };
  return {
    tell: (connection, wanted, signal) =>
      inTurn(async () => {
        const before = to === connection ? told : undefined;
        [to, told] = [connection, undefined];
        const rows = new Map(rowsOf(wanted).map((row) => [row, before?.get(row) ?? nameOf(row)]));
        let answer: Partial<Answer> = {};
        for (const each of messagesOf(before, rows, wanted)) {
          signal?.throwIfAborted();
          answer = await connection.ask(each);
        }
        told = rows;
        return answer;
      }),
  };
}

/** Goes into one message. */
const isShort = (rows: readonly unknown[]): boolean => sliceEnd(rows, 0) === rows.length;

export interface Kept {
  readonly probes: readonly KeptProbe[];
  readonly table?: NameTable;
  readonly reservations?: readonly PortReservation[];
}

/** All that it keeps; `withTables`: also what it was told of names and ports. */
export async function askKept(connection: Connection, withTables: boolean): Promise<Kept> {
  const { next, probes = [], table, reservations } = await connection.ask({ op: 'kept', from: 0, withTables });
  const all = [...probes];
  for (let from = next; from !== undefined;) {
    const more = await connection.ask({ op: 'kept', from, withTables: false });
    all.push(...(more.probes ?? []));
    from = more.next;
  }
  return { probes: all, ...(table ? { table } : {}), ...(reservations ? { reservations } : {}) };
}
