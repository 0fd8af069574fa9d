/** Namespace and interfaces of sandboxes of mode `cni`: what is wanted compared with the record, and the difference made. */
import { RuntimeError, isRuntimeError } from '../errors.ts';
import type { Host } from '../ports/host.ts';
import type { AttachmentSpec, SandboxSpec } from '../ports/sandboxes.ts';
import { parseAddress } from '../../schemas/values/addresses.ts';
import type { AddressBook } from './address-book.ts';
import type { Bridges } from './bridges.ts';
import type { Cni, CniCall } from './cni/chain.ts';
import { configurationOf } from './cni/configuration.ts';
import { cniFailed } from './cni/failures.ts';
import { resultAddresses, resultMac } from './cni/result.ts';
import { defaultRoutesOf, dropDefaultRoutes, giveDefaultRoutes } from './default-routes.ts';
import { macOf } from './names.ts';
import { isNetns, makeNetns, removeNetns } from './netns.ts';
import { nameNetnsOf } from './netns-of-process.ts';
import { saveSandbox as save, withAttachment, withAttachments } from './keep-record.ts';
import type { AttachmentRecord, NetworkRecord, Records, SandboxRecord } from './records.ts';
import { reroute, settled, type Now } from './reroute.ts';

export interface Workshop {
  readonly boot: string;
  readonly host: Pick<Host, 'run' | 'unmount'>;
  readonly cni: Cni;
  readonly bridges: Bridges;
  readonly book: AddressBook;
  readonly sandboxes: Records<SandboxRecord>;
  /** Undefined also for a network that is being removed. */
  readonly network: (uid: string) => NetworkRecord | undefined;
  readonly netnsPath: (id: string) => string;
  readonly log: { warn(fields: object, message: string): void };
}

/** Where a sandbox stands, while it is being changed. */
interface Scene {
  readonly record: SandboxRecord;
  /** Whether the namespace is there. */
  readonly there: boolean;
  /** Networks of which an interface, or half of one, may be there that has to go before it is made again. */
  readonly undone: ReadonlySet<string>;
}

interface Wanted {
  readonly spec: AttachmentSpec;
  readonly network: NetworkRecord;
}

/** Rejects as Sandboxes.ensure does. */
export async function ensureAttachments(shop: Workshop, spec: SandboxSpec): Promise<SandboxRecord> {
  checkOnce(spec);
  const asked = findAll(shop, spec);
  // Nothing is taken away for an address that cannot be had.
  for (const one of asked) shop.book.check(one.network.spec, one.spec.addresses ?? [], spec.id);
  const found = await look(shop, spec);
  const { record: kept, had } = await detachUnwanted(shop, found, asked);
  // Networks may have gone or changed meanwhile. From here until its addresses are taken nobody waits, and then it has a user.
  const wanted = findAll(shop, spec);
  const reserved = await reserve(shop, kept, wanted, had);
  if (!found.there) await makeNetns(shop.host, shop.netnsPath(spec.id));
  return await attachMissing(shop, { ...found, record: reserved }, wanted);
}

/** Interfaces, namespace and record. Success when they are gone. Rejects with Unavailable: it has to be tried again. */
export async function removeAttachments(shop: Workshop, id: string): Promise<void> {
  const record = shop.sandboxes.get(id);
  const path = shop.netnsPath(id);
  if (record !== undefined) await detach(shop, record, record.attachments);
  await removeNetns(shop.host, path);
  await shop.sandboxes.remove(id);
}

function checkOnce({ id, attachments = [] }: SandboxSpec): void {
  if (new Set(attachments.map(({ network }) => network)).size === attachments.length) return;
  throw new RuntimeError('InvalidArgument', `sandbox ${id} is to be in a network twice`);
}

function findAll(shop: Workshop, { attachments = [] }: SandboxSpec): readonly Wanted[] {
  return attachments.map((one) => ({ spec: one, network: findNetwork(shop, one.network) }));
}

function findNetwork(shop: Workshop, uid: string): NetworkRecord {
  const record = shop.network(uid);
  if (record === undefined) throw new RuntimeError('NotFound', `there is no network ${uid}`);
  return record;
}

async function look(shop: Workshop, { id, ownerUid, pid }: SandboxSpec): Promise<Scene> {
  const { boot } = shop;
  const record = shop.sandboxes.get(id);
  const path = shop.netnsPath(id);
  if (record === undefined) {
    // Whatever is in a namespace whose record was lost goes with it.
    await removeNetns(shop.host, path);
    return { record: { id, ownerUid, boot, attachments: [] }, there: false, undone: new Set() };
  }
  if (record.boot !== boot) return await forgetBoot(shop, record);
  const there = (await isNetns(path)) || (await isNamedAgain(shop, record, pid));
  const undone = record.attachments.filter(
    ({ state, network }) => !there || state !== 'attached' || shop.bridges.isLost(id, network),
  );
  return { record, there, undone: new Set(undone.map(({ network }) => network)) };
}

/** Its name was taken away by somebody, and it lives on with its process. */
async function isNamedAgain(shop: Workshop, { id, attachments }: SandboxRecord, pid = 0): Promise<boolean> {
  if (pid === 0) return false;
  const attached = attachments.filter(({ state }) => state === 'attached');
  const known = { path: shop.netnsPath(id), addresses: attached.flatMap(({ addresses }) => addresses) };
  const isNamed = await nameNetnsOf(shop.host, pid, known);
  if (isNamed)
    shop.log.warn({ sandbox: id, pid }, 'the name of a network namespace was lost, and is given to it again');
  return isNamed;
}

/** The interfaces went with the boot; plugins that keep books of their own are told, and the addresses stay. */
async function forgetBoot(shop: Workshop, record: SandboxRecord): Promise<Scene> {
  for (const attachment of record.attachments.toReversed()) {
    await shop.cni.del(callOf(record, attachment, '')).catch((err: unknown) => {
      shop.log.warn(
        { err, sandbox: record.id, network: attachment.network },
        'an interface of another boot was not undone',
      );
    });
    if (attachment.state === 'detaching') shop.book.release(attachment.network, attachment.addresses, record.id);
  }
  const attachments = record.attachments
    .filter(({ state }) => state !== 'detaching')
    .map((one) => ({ ...withoutResult(one), state: 'attaching' as const }));
  await removeNetns(shop.host, shop.netnsPath(record.id));
  return { record: { ...record, boot: shop.boot, attachments }, there: false, undone: new Set() };
}

/** `had`: addresses of interfaces that went and are wanted again. */
async function detachUnwanted(shop: Workshop, { record }: Scene, wanted: readonly Wanted[]) {
  const unwanted = record.attachments.filter(
    (one) =>
      one.state === 'detaching' || !wanted.some(({ spec }) => spec.network === one.network && hasAsked(one, spec)),
  );
  const had = new Map(unwanted.map(({ network, addresses }) => [network, addresses]));
  return { record: unwanted.length === 0 ? record : await detach(shop, record, unwanted), had };
}

function hasAsked({ addresses, asked = [] }: AttachmentRecord, spec: AttachmentSpec): boolean {
  return (spec.addresses ?? []).every((address) => [...addresses, ...asked].some((own) => sameAddress(own, address)));
}

function sameAddress(a: string, b: string): boolean {
  const [first, second] = [parseAddress(a), parseAddress(b)];
  return first !== undefined && first.family === second?.family && first.bits === second.bits;
}

/** Takes interfaces away, the last one first. What could not be taken away stays in the record. */
async function detach(
  shop: Workshop,
  before: SandboxRecord,
  unwanted: readonly AttachmentRecord[],
): Promise<SandboxRecord> {
  const networks = new Set(unwanted.map(({ network }) => network));
  let record = withAttachments(before, (one) => (networks.has(one.network) ? { ...one, state: 'detaching' } : one));
  await save(shop, record);
  const netns = await namespaceOf(shop, record);
  try {
    for (const attachment of unwanted.toReversed()) {
      await undo(shop, record, attachment, netns);
      record = { ...record, attachments: record.attachments.filter(({ network }) => network !== attachment.network) };
    }
  } finally {
    await save(shop, record);
    for (const { network, addresses } of unwanted) {
      if (record.attachments.some((one) => one.network === network)) continue;
      shop.book.release(network, addresses, record.id);
      shop.bridges.forgetLost(record.id, network);
    }
  }
  return record;
}

/** The namespace's path for plugins; empty when it is gone, as they are told then. */
async function namespaceOf(shop: Workshop, { id, boot }: SandboxRecord): Promise<string> {
  const path = shop.netnsPath(id);
  return boot === shop.boot && (await isNetns(path)) ? path : '';
}

async function undo(shop: Workshop, record: SandboxRecord, attachment: AttachmentRecord, netns: string): Promise<void> {
  try {
    await shop.cni.del(callOf(record, attachment, netns));
  } catch (error) {
    if (!isRuntimeError(error, 'Internal')) throw error;
    throw cniFailed('Unavailable', error.message, error);
  }
}

/** Addresses and names for interfaces that are to be made, written down before anything is. Takes the addresses before it waits. */
async function reserve(
  shop: Workshop,
  record: SandboxRecord,
  wanted: readonly Wanted[],
  had: ReadonlyMap<string, readonly string[]>,
): Promise<SandboxRecord> {
  const routes = defaultRoutesOf(wanted.map(({ network }) => network.spec));
  const names = new Set(record.attachments.map((one) => one.interface));
  const made: AttachmentRecord[] = [];
  try {
    const attachments = wanted.map(({ spec, network }) => {
      const kept = record.attachments.find((one) => one.network === spec.network);
      if (kept !== undefined) return kept;
      const preferred = [...(spec.preferred ?? []), ...(had.get(spec.network) ?? [])];
      const addresses = shop.book.choose(network.spec, { ...spec, preferred }, record.id);
      const defaultRoutes = routes.get(spec.network) ?? [];
      const attachment: AttachmentRecord = {
        network: spec.network,
        interface: freeName(names),
        addresses,
        mac: macOf(record.id, spec.network),
        state: 'attaching',
        defaultRoutes,
        list: configurationOf(network.spec, network.interface ?? '', { addresses, defaultRoutes }),
        ...(network.spec.driver === 'cni' && spec.addresses !== undefined ? { asked: spec.addresses } : {}),
      };
      made.push(attachment);
      return attachment;
    });
    const next = { ...record, attachments };
    await save(shop, next);
    return next;
  } catch (error) {
    for (const { network, addresses } of made) shop.book.release(network, addresses, record.id);
    throw error;
  }
}

function freeName(names: Set<string>): string {
  let index = 0;
  while (names.has(`eth${index}`)) index += 1;
  names.add(`eth${index}`);
  return `eth${index}`;
}

async function attachMissing(shop: Workshop, scene: Scene, wanted: readonly Wanted[]): Promise<SandboxRecord> {
  const routes = defaultRoutesOf(wanted.map(({ network }) => network.spec));
  const routesOf = ({ network }: AttachmentRecord) => routes.get(network) ?? [];
  const netns = shop.netnsPath(scene.record.id);
  const now: Now = {
    record: withAttachments(scene.record, (one) =>
      scene.undone.has(one.network) ? { ...one, state: 'attaching' } : one,
    ),
  };
  const staying = now.record.attachments.filter(({ state }) => state === 'attached');
  await save(shop, now.record);
  try {
    for (const one of staying) {
      const had = [...one.defaultRoutes, ...(one.doubtfulRoutes ?? [])];
      const lost = had.filter((family) => !routesOf(one).includes(family));
      await reroute(shop, now, one, lost, () => dropDefaultRoutes(shop.host, netns, one, lost));
    }
    for (const { network } of wanted) {
      const attachment = now.record.attachments.find((one) => one.network === network.spec.uid);
      if (attachment?.state !== 'attaching') continue;
      const changed = await attach(shop, now.record, attachment, network, routesOf(attachment), scene.undone);
      now.record = withAttachment(now.record, changed);
    }
    for (const one of staying) {
      const gained = routesOf(one).filter((family) => !one.defaultRoutes.includes(family));
      const { spec } = findNetwork(shop, one.network);
      await reroute(shop, now, one, gained, () => giveDefaultRoutes(shop.host, netns, one, spec, gained));
      now.record = withAttachment(now.record, { ...settled(one), defaultRoutes: routesOf(one) });
    }
  } finally {
    await save(shop, now.record);
  }
  return now.record;
}

async function attach(
  shop: Workshop,
  record: SandboxRecord,
  before: AttachmentRecord,
  network: NetworkRecord,
  defaultRoutes: AttachmentRecord['defaultRoutes'],
  undone: ReadonlySet<string>,
): Promise<AttachmentRecord> {
  const netns = shop.netnsPath(record.id);
  if (undone.has(before.network)) await undo(shop, record, before, await namespaceOf(shop, record));
  const list = configurationOf(network.spec, network.interface ?? '', { addresses: before.addresses, defaultRoutes });
  const attachment: AttachmentRecord = { ...withoutResult(before), defaultRoutes, list };
  if (JSON.stringify(attachment) !== JSON.stringify(before)) {
    await save(
      shop,
      withAttachments(record, (one) => (one.network === before.network ? attachment : one)),
    );
  }
  const result = await shop.bridges.around(network, () => shop.cni.add(callOf(record, attachment, netns)));
  shop.bridges.forgetLost(record.id, before.network);
  return {
    ...attachment,
    state: 'attached',
    ...(network.spec.driver === 'cni' ? { addresses: resultAddresses(result, attachment.interface) } : {}),
    mac: resultMac(result, attachment.interface) ?? attachment.mac,
    result,
  };
}

function callOf(record: SandboxRecord, attachment: AttachmentRecord, netns: string): CniCall {
  const { list, mac, interface: name, asked, result } = attachment;
  const call = { list, containerId: record.id, netns, interface: name, mac };
  return {
    ...call,
    ...(asked === undefined ? {} : { ips: asked }),
    ...(result === undefined ? {} : { result }),
  };
}

function withoutResult(attachment: AttachmentRecord): Omit<AttachmentRecord, 'result'> {
  const { result: _, ...rest } = attachment;
  return rest;
}
