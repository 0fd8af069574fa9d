/** How what is published changes: one step after the other, so that no port leads anywhere before it is ours, or is given away while it leads. */
import { setImmediate as breathe } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Firewall, Forward } from '../ports/firewall.ts';
import type { NameTable, Netd } from '../ports/netd.ts';
import { assign, picksOf, type Asking } from './assign.ts';
import type { PickedPort, PublicationFiles } from './files.ts';
import { isSame, type Asked, type PublicationRecord } from './record.ts';
import { hasMore, reservationsOf, reserve } from './reserve.ts';
import { forwardsOf, hostsOf } from './wanted.ts';

/** What is in force, as far as this daemon knows. */
export interface State {
  /** By uid of the owner, in the order in which they came. */
  records: ReadonlyMap<string, PublicationRecord>;
  readonly picks: Map<string, readonly PickedPort[]>;
  /** Whether netd has it all, from this daemon: else what is missing is told at the next change. */
  handedOver: boolean;
  /** How often netd has lost ports. */
  losses: number;
  names: NameTable | undefined;
  /** Gateway -> why netd cannot answer there. */
  gatewayProblems: ReadonlyMap<string, string>;
}

export interface TransactionOptions {
  readonly firewall: Pick<Firewall, 'setForwards' | 'forgetFlows'>;
  readonly netd: Netd;
  readonly files: PublicationFiles;
  readonly networks: () => NameTable['networks'];
}

export type Change =
  | { readonly type: 'publish'; readonly uid: string; readonly asking: Omit<Asking, 'before' | 'picks'> }
  | { readonly type: 'withdraw'; readonly uid: string };

/** A port that was picked may be somebody else's a moment later. */
const MOST_ROUNDS = 3;

/** Whether it is as is asked for, and all of that is written down. */
export function isInForce({ records, picks }: State, uid: string, asked: Asked): boolean {
  const record = records.get(uid);
  return record !== undefined && isSame(record, asked) && isDeepStrictEqual(picks.get(uid) ?? [], picksOf(record));
}

/** All of these changes or none. No two of one owner. Rejects as netd and the firewall do. */
export async function transact(state: State, options: TransactionOptions, asked: readonly Change[]): Promise<void> {
  const { netd, firewall, files } = options;
  const before = [...state.records.values()];
  const { handedOver: wasHandedOver, losses } = state;
  // Many come while the first one of a new daemon is under way, and after it all of theirs is in force.
  const changes = wasHandedOver ? asked.filter((change) => isChange(state, change)) : asked;
  if (changes.length === 0) return;
  state.handedOver = false;
  const next = await reserved(state, options, changes, wasHandedOver);
  await breathe();
  const changed = next.filter((record) => state.records.get(record.publication.owner.uid) !== record);
  const forwards = next.flatMap(forwardsOf);
  try {
    // Written first: whoever comes after a crash goes on to what is wanted, and not back.
    for (const record of changed) await files.write(record);
    await firewall.setForwards(forwards);
    if (hasMore(before, next)) await netd.setReservations(reservationsOf(next));
    await tellNames(state, options, next, wasHandedOver);
  } catch (error) {
    await restore(state, options, changed, before);
    throw error;
  }
  await breathe();
  state.records = new Map(next.map((record) => [record.publication.owner.uid, record]));
  state.handedOver = state.losses === losses;
  await keepFiles(state, files, changes, changed);
  await firewall.forgetFlows(goneTargets(before, next));
}

function isChange(state: State, change: Change): boolean {
  return change.type === 'withdraw' || !isInForce(state, change.uid, change.asking);
}

/** Ports are divided and reserved, nothing is let go of; what could not be had is among the failures. */
async function reserved(
  state: State,
  { netd }: TransactionOptions,
  changes: readonly Change[],
  wasHandedOver: boolean,
): Promise<readonly PublicationRecord[]> {
  const before = [...state.records.values()];
  const uids = new Set(changes.map(({ uid }) => uid));
  const kept = before.filter(({ publication }) => !uids.has(publication.owner.uid));
  let asking = changes.flatMap((change) => (change.type === 'publish' ? [withPast(state, change)] : []));
  for (let round = 1; ; round += 1) {
    await breathe();
    const drafts = await assign(asking, kept, (protocol, hostIP) => netd.pickPort(protocol, hostIP));
    const all = [...kept, ...drafts];
    if (wasHandedOver && !hasMore(all, before)) return all;
    const { records, lostPicks } = await reserve(netd, all, before);
    const isAgain = asking.some(({ publication }) => lostPicks.has(publication.owner.uid));
    if (!isAgain || round === MOST_ROUNDS) return records;
    asking = asking.map((each) => (lostPicks.has(each.publication.owner.uid) ? { ...each, picks: [] } : each));
  }
}

function withPast(state: State, { uid, asking }: Extract<Change, { type: 'publish' }>): Asking {
  const before = state.records.get(uid);
  // Picks are written last: after a crash what is in force may know of some that are not there.
  const picks = state.picks.get(uid) ?? (before === undefined ? [] : picksOf(before));
  return { ...asking, picks, ...(before === undefined ? {} : { before }) };
}

/** Also tells them again while a gateway is refused: whoever has its port may have gone. */
export async function tellNames(
  state: State,
  { netd, networks }: TransactionOptions,
  records: readonly PublicationRecord[],
  wasHandedOver: boolean,
): Promise<void> {
  const hosts = records.filter(({ publication }) => publication.names.length > 0).flatMap(hostsOf);
  const names: NameTable = { networks: networks(), hosts };
  if (wasHandedOver && state.gatewayProblems.size === 0 && isSameTable(names, state.names)) return;
  // Should it not answer, nobody knows which ones it has.
  state.names = undefined;
  const problems = await netd.setNames(names);
  state.names = names;
  state.gatewayProblems = new Map(problems.map(({ gateway, message }) => [gateway, message]));
}

/** Hosts are made once for each record. */
function isSameTable({ networks, hosts }: NameTable, known: NameTable | undefined): boolean {
  if (known?.hosts.length !== hosts.length || hosts.some((host, index) => host !== known.hosts[index])) return false;
  return isDeepStrictEqual(networks, known.networks);
}

/** As it was before, as well as it can be done: whoever is asking hears of the first trouble. */
async function restore(
  state: State,
  { firewall, files }: TransactionOptions,
  changed: readonly PublicationRecord[],
  before: readonly PublicationRecord[],
): Promise<void> {
  for (const { publication } of changed) {
    const { uid } = publication.owner;
    const record = state.records.get(uid);
    await (record === undefined ? files.remove(uid) : files.write(record)).catch(() => undefined);
  }
  await firewall.setForwards(before.flatMap(forwardsOf)).catch(() => undefined);
}

async function keepFiles(
  state: State,
  files: PublicationFiles,
  changes: readonly Change[],
  changed: readonly PublicationRecord[],
): Promise<void> {
  for (const { type, uid } of changes) {
    if (type === 'withdraw') await files.remove(uid);
    const record = changed.find(({ publication }) => publication.owner.uid === uid);
    const picks = record === undefined ? [] : picksOf(record);
    if (type === 'publish' && record === undefined) continue;
    if (isDeepStrictEqual(state.picks.get(uid) ?? [], picks)) continue;
    if (picks.length === 0) {
      await files.removePicks(uid);
      state.picks.delete(uid);
    } else {
      await files.writePicks(uid, picks);
      state.picks.set(uid, picks);
    }
  }
}

/** Where UDP went and does not go any more. */
function goneTargets(before: readonly PublicationRecord[], now: readonly PublicationRecord[]): readonly string[] {
  const [here, there] = [new Set(before), new Set(now)];
  const keyOf = ({ hostIP = '', hostPort, address, port }: Forward): string =>
    `${hostIP} ${String(hostPort)} ${address} ${String(port)}`;
  const udpOf = (records: readonly PublicationRecord[], known: ReadonlySet<PublicationRecord>): readonly Forward[] =>
    records
      .filter((record) => !known.has(record))
      .flatMap(forwardsOf)
      .filter(({ protocol }) => protocol === 'UDP');
  const kept = new Set(udpOf(now, here).map(keyOf));
  const gone = udpOf(before, there).filter((forward) => !kept.has(keyOf(forward)));
  return [...new Set(gone.map(({ address }) => address))];
}
