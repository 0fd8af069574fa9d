/** The Publications port over the firewall's maps and netd's sockets and names. */
import { RuntimeError } from '../errors.ts';
import type { Firewall } from '../ports/firewall.ts';
import type { NameTable, Netd } from '../ports/netd.ts';
import type { Publication, Publications } from '../ports/publications.ts';
import type { PlaceOf } from '../ports/sandboxes.ts';
import { createFiles, type PublicationFacts } from './files.ts';
import { createQueue } from './queue.ts';
import { answersOf, type Place } from './record.ts';
import { ownersOf } from './reserve.ts';
import { isInForce, tellNames, transact, type Change, type State } from './transaction.ts';

export interface PublicationsOptions {
  readonly facts: PublicationFacts;
  readonly firewall: Pick<Firewall, 'setForwards' | 'forgetFlows'>;
  readonly netd: Netd;
  readonly placeOf: PlaceOf;
  /** The networks whose gateways are there, because sandboxes are attached: names are answered on these. From memory. */
  readonly networks: () => NameTable['networks'];
  /** Field 22 of /proc/PID/stat; undefined when there is no such process. */
  readonly startTimeOf: (pid: number) => Promise<string | undefined>;
}

export interface OpenPublications {
  readonly publications: Publications;
  /**
   * Tells netd which networks there are now, when they have changed since, and tries again to answer where somebody else had the port. To be called
   * when a network got its first attachment, or lost its last one; and every now and then while a gateway has a problem. Rejects as `publish` does.
   */
  readonly refreshNames: () => Promise<void>;
  /** Why names cannot be answered at a gateway; undefined where they are, or nobody has asked for it yet. */
  readonly dnsProblem: (gateway: string) => string | undefined;
  /** Calls back when what `dnsProblem` says has changed. The answer ends that. */
  readonly onDnsProblems: (listener: () => void) => () => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/** Reads what an earlier daemon of this boot has left in force; changes nothing until it is asked to. */
export async function openPublications(options: PublicationsOptions): Promise<OpenPublications> {
  const { facts, netd, placeOf, startTimeOf } = options;
  const files = createFiles(facts);
  const listeners = new Set<() => void>();
  const [records, picks] = await Promise.all([files.readAll(), files.readPicks()]);
  const state: State = {
    records: new Map(records.map((record) => [record.publication.owner.uid, record])),
    picks: new Map(picks),
    handedOver: false,
    losses: 0,
    names: undefined,
    gatewayProblems: new Map(),
  };
  const told = async (work: () => Promise<void>): Promise<void> => {
    const before = problemsText(state);
    await work();
    if (problemsText(state) !== before) for (const listener of listeners) listener();
  };
  const losers = new Set<(uid: string) => void>();
  netd.subscribe((lost) => {
    // The next who publishes has all of them asked for again, and hears what became of his.
    state.handedOver = false;
    state.losses += 1;
    for (const uid of ownersOf(lost, [...state.records.values()])) for (const listener of losers) listener(uid);
  });
  const queue = createQueue<Change>({
    keyOf: ({ uid }) => uid,
    run: (changes) => told(() => transact(state, { ...options, files }, changes)),
  });

  const publish = async (publication: Publication) => {
    const { uid } = publication.owner;
    checkUid(uid);
    const place = placeIn(placeOf, publication.sandbox);
    const guests = (publication.guests ?? []).map((sandbox) => placeIn(placeOf, sandbox));
    const startTime = publication.pid === undefined ? undefined : await startTimeOf(publication.pid);
    const asked = {
      publication,
      place,
      ...(guests.length === 0 ? {} : { guests }),
      ...(startTime === undefined ? {} : { startTime }),
    };
    const answers = () => {
      const inForce = state.records.get(uid);
      return inForce === undefined ? [] : answersOf(inForce);
    };
    if (state.handedOver && !queue.has(uid) && isInForce(state, uid, asked)) return answers();
    return await queue.add({ type: 'publish', uid, asking: asked }, answers);
  };

  return {
    publications: {
      publish,
      async setReady(uid, ready) {
        checkUid(uid);
        const publication = state.records.get(uid)?.publication;
        if (publication !== undefined && publication.ready !== ready) await publish({ ...publication, ready });
      },
      async setGuests(uid, guests) {
        checkUid(uid);
        const publication = state.records.get(uid)?.publication;
        if (publication !== undefined) await publish({ ...publication, guests });
      },
      async withdraw(uid) {
        checkUid(uid);
        if (!state.records.has(uid) && !state.picks.has(uid) && !queue.has(uid)) return;
        await queue.add({ type: 'withdraw', uid }, () => undefined);
      },
      list: async () => [...state.records.keys()],
      subscribe(listener) {
        losers.add(listener);
        return { [Symbol.dispose]: () => void losers.delete(listener) };
      },
    },
    refreshNames: () =>
      queue.alone(() =>
        told(() => tellNames(state, { ...options, files }, [...state.records.values()], state.names !== undefined)),
      ),
    dnsProblem: (gateway) => state.gatewayProblems.get(gateway),
    onDnsProblems(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const placeIn = (placeOf: PlaceOf, sandbox: string): Place =>
  (placeOf(sandbox)?.attachments ?? []).map(({ network, addresses, driver, internal }) => ({
    network,
    addresses,
    driver,
    internal,
  }));

const problemsText = ({ gatewayProblems }: State): string => JSON.stringify([...gatewayProblems]);

/** It becomes the name of a file. */
function checkUid(uid: string): void {
  if (!NAME.test(uid)) throw new RuntimeError('InvalidArgument', `${JSON.stringify(uid)} cannot own a publication`);
}
