import { isDeepStrictEqual } from 'node:util';
import type { PortAnswer, Publication } from '../ports/publications.ts';
import type { SandboxPlace } from '../ports/sandboxes.ts';

export type Place = readonly Pick<
  SandboxPlace['attachments'][number],
  'network' | 'addresses' | 'driver' | 'internal'
>[];

/** A publication, and all that its ports and names are made from: it needs nobody to be asked again. */
export interface PublicationRecord {
  readonly publication: Publication;
  /** The attachments of its sandbox. */
  readonly place: Place;
  /** Those of its guests. */
  readonly guests?: readonly Place[];
  /** Of its process; absent when that is none, or had ended. */
  readonly startTime?: string;
  /** The first port of each range: as asked, or picked. */
  readonly firstPorts: readonly number[];
  /** Ports that lead nowhere, and why. */
  readonly failures: readonly PortFailure[];
}

export interface PortFailure {
  /** Of the range. */
  readonly range: number;
  /** Absent: all of the range. */
  readonly hostPort?: number;
  readonly reason: string;
  readonly message: string;
}

/** What of a record does not depend on others. */
export type Asked = Pick<PublicationRecord, 'publication' | 'place' | 'guests' | 'startTime'>;

/** Whether everything about it is as it was: then it is in force. */
export function isSame(one: PublicationRecord, asked: Asked): boolean {
  return (
    one.failures.length === 0 &&
    one.startTime === asked.startTime &&
    isDeepStrictEqual(one.place, asked.place) &&
    isDeepStrictEqual(one.guests, asked.guests) &&
    isDeepStrictEqual(one.publication, asked.publication)
  );
}

/** How many ports a message tells of by name. */
const TOLD = 5;

export function answersOf({ publication, firstPorts, failures }: PublicationRecord): readonly PortAnswer[] {
  return publication.ports.map((asked, index) => {
    const range = { ...asked, hostPort: firstPorts[index] ?? asked.hostPort };
    const own = failures.filter((failure) => failure.range === index);
    const [first] = own;
    if (first === undefined) return range;
    const more = own.length > TOLD ? [`and ${String(own.length - TOLD)} more`] : [];
    const message = [...own.slice(0, TOLD).map((failure) => failure.message), ...more].join('; ');
    return { ...range, problem: { reason: first.reason, message } };
  });
}
