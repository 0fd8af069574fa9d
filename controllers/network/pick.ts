/** Ranges that nobody asked for by name: which one a network gets. Pure. */
import { createHash } from 'node:crypto';
import type { Cidr } from '../../schemas/values/addresses.ts';

/** 10.208.0.0/12 in pieces of 256 addresses: seldom used by others, and enough for 4,096 networks. */
const POOL = { first: 0x0ad00000n, slots: 4096, length: 24 } as const;
/** A /48 of the store in pieces of a /64; so many are tried. */
const LOCAL_SLOTS = 65_536;
const LOCAL_TRIES = 4096;

export type IsFree = (range: Cidr) => boolean;

/** Where the search begins comes from the uid, so that networks made at once seldom meet. Undefined: all are taken. */
export function pickIPv4(uid: string, isFree: IsFree): Cidr | undefined {
  const start = hash(uid).readUInt32BE(0) % POOL.slots;
  for (let step = 0; step < POOL.slots; step += 1) {
    const slot = BigInt((start + step) % POOL.slots);
    const range: Cidr = { family: 4, bits: POOL.first + (slot << 8n), length: POOL.length };
    if (isFree(range)) return range;
  }
  return undefined;
}

/** In the store's own /48 of unique local addresses (RFC 4193): two machines that are connected later do not meet. */
export function pickIPv6(store: string, uid: string, isFree: IsFree): Cidr | undefined {
  const prefix = (0xfdn << 120n) | (BigInt(`0x${hash(store).toString('hex', 0, 5)}`) << 80n);
  const start = hash(uid).readUInt32BE(0) % LOCAL_SLOTS;
  for (let step = 0; step < LOCAL_TRIES; step += 1) {
    const slot = BigInt((start + step) % LOCAL_SLOTS);
    const range: Cidr = { family: 6, bits: prefix | (slot << 64n), length: 64 };
    if (isFree(range)) return range;
  }
  return undefined;
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
