/** The Firewall port on nftables. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isRuntimeError, type RuntimeError } from '../errors.ts';
import type { Firewall, FirewallNetwork, Forward } from '../ports/firewall.ts';
import type { Host, HostFacts } from '../ports/host.ts';
import { readApplied, writeApplied, type Applied } from './applied.ts';
import { syncBesideLegacy } from './beside-legacy.ts';
import { syncBesideNft } from './beside-nft.ts';
import { hasParts } from './compare.ts';
import { createFlows } from './flows.ts';
import { changeLines, changeOf, createForwardIndexer } from './forwards-change.ts';
import { forwardsPart } from './forwards-part.ts';
import { firewallNames } from './names.ts';
import { networksPart } from './networks-part.ts';
import { createNft, mayHaveBeenApplied } from './nft.ts';
import { deleteTable, replacePart } from './part.ts';
import { createSerial } from './serial.ts';

export interface FirewallOptions {
  readonly facts: Pick<HostFacts, 'runDirectory' | 'bootId' | 'storeIdentity'>;
  readonly host: Pick<Host, 'run'>;
  readonly log: { warn(fields: object, message: string): void };
  /** Where the kernel lists the older iptables' tables of the network namespace that `host` works in; default /proc/net. */
  readonly procNet?: string;
}

type Wanted = Pick<Applied, 'networks' | 'forwards'>;

/** What was applied is kept in `<run>/firewall/applied.json`, so that the next daemon need not ask. */
export function createFirewall({ facts, host, log, procNet = '/proc/net' }: FirewallOptions): Firewall {
  const path = join(facts.runDirectory, 'firewall', 'applied.json');
  const names = firewallNames(facts.storeIdentity);
  const nft = createNft(host);
  const flows = createFlows({ host, log, procNet });
  const serially = createSerial();
  const missing = new Set<string>();
  const indexOf = createForwardIndexer();
  let known: Applied | undefined;

  const applied = async (): Promise<Applied> => (known ??= await readApplied(path, facts.bootId));
  const keep = async (next: Applied): Promise<void> => {
    known = next;
    await writeApplied(path, facts.bootId, next);
  };

  /** One transaction; `lines` lead from what is known to be there to what is wanted. */
  const change = async (wanted: Wanted, lines: readonly string[]): Promise<void> => {
    const before = await applied();
    await keep({ ...before, table: false });
    try {
      await nft.apply(lines);
    } catch (error) {
      // Without nft nothing of ours can be there, so having nothing there is no trouble.
      if (!isRuntimeError(error, 'Unsupported') || !isNothing(wanted)) {
        if (!mayHaveBeenApplied(error as RuntimeError)) await keep(before);
        throw error;
      }
    }
    await keep({ ...before, networks: wanted.networks, forwards: wanted.forwards, table: true });
  };

  const whole = (wanted: Wanted): readonly string[] => [
    ...deleteTable(names.table),
    ...(isNothing(wanted) ? [] : partsOf(wanted).flatMap((part) => replacePart(names.table, part))),
  ];

  const setPart = async (wanted: Wanted, isSame: boolean, lines: () => readonly string[]): Promise<void> => {
    const before = await applied();
    if (before.table && isSame) return;
    await change(wanted, !before.table || isNothing(wanted) ? whole(wanted) : lines());
  };

  /** A few elements, where the table is known and they are a few; should it not be as it was known, the whole of it. */
  const changeForwards = async (
    networks: readonly FirewallNetwork[],
    forwards: readonly Forward[],
  ): Promise<readonly Forward[]> => {
    const before = await applied();
    const difference = changeOf(await indexOf(before.forwards), await indexOf(forwards));
    const { gone, added, opened } = difference;
    const count = gone.length + added.length;
    const wanted = { networks, forwards };
    const isShort = before.forwards.length > 0 && forwards.length > 0 && count <= MOST_ELEMENTS;
    const lines = () =>
      isShort ? changeLines(names.table, difference) : replacePart(names.table, forwardsPart(forwards));
    try {
      await setPart(wanted, count === 0, lines);
    } catch (error) {
      if (!isShort || !before.table || !isRuntimeError((error as RuntimeError).cause, 'Internal')) throw error;
      await change(wanted, whole(wanted));
    }
    return opened;
  };

  /** Rules in others' chains. Answers whether anything was to be done. */
  const syncBeside = async (networks: readonly FirewallNetwork[]): Promise<boolean> => {
    const inNft = await syncBesideNft(nft, names, networks);
    const onMissing = (program: string): void => {
      if (missing.has(program)) return;
      missing.add(program);
      log.warn(
        { program },
        'a firewall of the older iptables may drop what networks forward, and the program to change it is missing',
      );
    };
    const inLegacy = await syncBesideLegacy({ host, procNet, comment: names.comment, onMissing }, networks);
    return inNft || inLegacy;
  };

  return {
    setNetworks: (given) =>
      serially(async () => {
        const networks = given.map(asNetwork).toSorted((a, b) => (a.uid < b.uid ? -1 : 1));
        const before = await applied();
        const isSame = isDeepStrictEqual(before.networks, networks);
        if (before.table && before.beside && isSame) return;
        await keep({ ...before, beside: false });
        const part = () => replacePart(names.table, networksPart(networks));
        await setPart({ networks, forwards: before.forwards }, isSame, part);
        await syncBeside(networks).catch((error: unknown) => {
          if (!isRuntimeError(error, 'Unsupported') || networks.length > 0) throw error;
        });
        await keep({ ...(await applied()), beside: true });
      }),
    setForwards: (given) =>
      serially(async () => {
        const before = await applied();
        // Whoever leads elsewhere now has flows that are to end by themselves.
        await flows.forgetOf(await changeForwards(before.networks, given));
      }),
    forgetFlows: (addresses) => flows.forgetTo(addresses),
    repair: () =>
      serially(async () => {
        const wanted = await applied();
        if (isNothing(wanted) && wanted.table && wanted.beside) return false;
        const listed = isNothing(wanted) ? undefined : await nft.list('table', 'inet', names.table);
        const isWhole =
          wanted.table && (isNothing(wanted) || (listed !== undefined && hasParts(listed, partsOf(wanted))));
        if (!isWhole) await change(wanted, whole(wanted));
        const wasBeside = !(await syncBeside(wanted.networks));
        if (!wanted.beside) await keep({ ...(await applied()), beside: true });
        return !isWhole || !wasBeside;
      }),
  };
}

const isNothing = ({ networks, forwards }: Wanted): boolean => networks.length === 0 && forwards.length === 0;

const partsOf = ({ networks, forwards }: Wanted) => [networksPart(networks), forwardsPart(forwards)] as const;

/** Beyond that the whole map is written: each of them is a line of its own. */
const MOST_ELEMENTS = 1000;

/** No more than what the table is made of: it is compared with what a file said. */
const asNetwork = ({ uid, bridge, subnets, internal }: FirewallNetwork): FirewallNetwork => ({
  uid,
  bridge,
  subnets: subnets.map(({ subnet, gateway }) => ({ subnet, gateway })),
  internal,
});
