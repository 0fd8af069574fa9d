/** DNS messages as bytes: what is looked at before anything is decoded, and answers that need no more than the question. */
import {
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Answer,
  type OptAnswer,
  type Packet,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import type { Question, Record } from './answer.ts';

export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
export type Rcode = keyof typeof RCODE;

const headerBytes = 12;
const response = 0x8000;
const recursionDesired = 0x0100;
const recursionAvailable = 0x0080;
/** Seconds: who moved is found again. */
const ttl = 1;
/** Of an answer over UDP, when the asker does not say. */
const plainUdpBytes = 512;
/** What passes on any path without fragments. */
const mostUdpBytes = 1232;

/** A query with one question, whose other sections are still unread. */
export interface Query {
  readonly bytes: Buffer;
  readonly id: number;
  /** Where the question ends. */
  readonly end: number;
}

/** Undefined for what is no query, or cannot be read: nothing is answered to that. */
export function readQuery(bytes: Buffer): Query | undefined {
  if (bytes.length < headerBytes || (bytes.readUInt16BE(2) & response) !== 0) return undefined;
  const end = questionEnd(bytes);
  return end === undefined ? undefined : { bytes, id: bytes.readUInt16BE(0), end };
}

/** Where the first question ends; undefined when there is none, or not one of plain labels. */
export function questionEnd(bytes: Buffer): number | undefined {
  if (bytes.length < headerBytes || bytes.readUInt16BE(4) < 1) return undefined;
  let at = headerBytes;
  for (let label = bytes[at]; label !== 0; label = bytes[at]) {
    if (label === undefined || label > 63 || at - headerBytes > 255) return undefined;
    at += label + 1;
  }
  return at + 5 <= bytes.length ? at + 5 : undefined;
}

/** The question as it is compared: a server may answer in letters of another case. */
export function questionKey(bytes: Buffer, end: number): string {
  return bytes.toString('latin1', headerBytes, end).toLowerCase();
}

export const rcodeOf = (bytes: Buffer): number => bytes.readUInt16BE(2) & 15;

export const isTruncated = (bytes: Buffer): boolean => (bytes.readUInt16BE(2) & TRUNCATED_RESPONSE) !== 0;

/** Operations other than a query, and several questions in one. */
export function refusalOf({ bytes }: Query): Rcode | undefined {
  if ((bytes.readUInt16BE(2) & 0x7800) !== 0) return 'NOTIMP';
  return bytes.readUInt16BE(4) === 1 ? undefined : 'FORMERR';
}

/** An answer that has the question and no more: of the table (`own`), or instead of one of others. */
export function bareAnswer({ bytes, end }: Query, rcode: Rcode, { truncated = false, own = false } = {}): Buffer {
  const answer = Buffer.from(bytes.subarray(0, end));
  const kept = bytes.readUInt16BE(2) & (0x7800 | recursionDesired);
  const more = (truncated ? TRUNCATED_RESPONSE : 0) | (own ? AUTHORITATIVE_ANSWER : 0);
  answer.writeUInt16BE(response | recursionAvailable | kept | more | RCODE[rcode], 2);
  answer.writeUInt16BE(1, 4);
  answer.fill(0, 6, headerBytes);
  return answer;
}

export interface DecodedQuery extends Question {
  /** The largest answer that the asker takes over UDP. */
  readonly udpBytes: number;
  readonly packet: Packet;
}

/** Undefined when it cannot be read. */
export function decodeQuery({ bytes }: Query): DecodedQuery | undefined {
  try {
    const packet = decode(bytes);
    const [question] = packet.questions ?? [];
    if (!question) return undefined;
    const said = optOf(packet)?.udpPayloadSize ?? plainUdpBytes;
    const udpBytes = Math.min(Math.max(said, plainUdpBytes), mostUdpBytes);
    return { name: question.name, type: question.type, udpBytes, packet };
  } catch {
    return undefined;
  }
}

function optOf(packet: Packet): OptAnswer | undefined {
  return packet.additionals?.find((each): each is OptAnswer => each.type === 'OPT');
}

/** With as many records as fit into `limit` bytes; where some do not, the asker is told to come over TCP. */
export function encodeAnswer({ packet, name }: DecodedQuery, records: readonly Record[], limit: number): Buffer {
  const answers = records.map(({ type, data }): Answer => ({ type, name, ttl, class: 'IN', data }));
  const make = (count: number, more: number): Buffer =>
    encode({
      type: 'response',
      id: packet.id ?? 0,
      flags: AUTHORITATIVE_ANSWER | recursionAvailable | ((packet.flags ?? 0) & recursionDesired) | more,
      questions: packet.questions ?? [],
      answers: answers.slice(0, count),
      additionals: optOf(packet) ? [ourOpt] : [],
    });
  const whole = make(answers.length, 0);
  if (whole.length <= limit) return whole;
  const bare = make(0, 0).length;
  const one = (whole.length - bare) / answers.length;
  return make(Math.max(0, Math.floor((limit - bare) / one)), TRUNCATED_RESPONSE);
}

const ourOpt: OptAnswer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: mostUdpBytes,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};
