import { rm } from 'node:fs/promises';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { Firewall, Forward } from '../../../runtime/ports/firewall.ts';
import type { NameTable, Netd, PortReservation, ReservationProblem } from '../../../runtime/ports/netd.ts';
import type { SandboxPlace } from '../../../runtime/ports/sandboxes.ts';
import { openPublications, type OpenPublications } from '../../../runtime/publications/create.ts';
import { makeFolder } from '../../support/interruption.ts';
import type { PublicationsHarness } from '../../suites/publications.ts';

/** A netd and a firewall that keep what they are told, and do what a test says. */
export class Recorder {
  /** Every call, in order: `reserve TCP 80`, `forward TCP 80 > 10.209.1.2:8080`, `names 1`, `forget …`. */
  readonly calls: string[] = [];
  readonly strangers = new Map<number, string>();
  readonly refusedGateways = new Map<string, string>();
  /** Calls whose text begins like this fail. */
  broken: string | undefined;
  names: NameTable | undefined;
  forwards: readonly Forward[] = [];
  reservations: readonly PortReservation[] = [];
  readonly #listeners = new Set<(lost: readonly ReservationProblem[]) => void>();
  #next = 40_000;

  /** Netd died, and a stranger was faster. */
  lose(reservation: PortReservation, stranger: string): void {
    this.strangers.set(reservation.hostPort, stranger);
    for (const listener of this.#listeners) listener([{ ...reservation, reason: 'PortTaken', message: stranger }]);
  }

  readonly netd: Netd = {
    setNames: async (table) => {
      this.#call(`names ${table.hosts.map(({ name }) => name).join(' ')}`);
      this.names = table;
      return [...this.refusedGateways].map(([gateway, message]) => ({ gateway, message }));
    },
    setReservations: async (reservations) => {
      this.#call(`reserve ${reservations.map((each) => `${each.protocol} ${String(each.hostPort)}`).join(', ')}`);
      this.reservations = reservations;
      return reservations.flatMap((each) => {
        const holder = this.strangers.get(each.hostPort);
        if (holder === undefined) return [];
        return [{ ...each, reason: 'PortTaken', message: `port ${String(each.hostPort)} is taken by ${holder}` }];
      });
    },
    subscribe: (listener) => {
      this.#listeners.add(listener);
      return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
    },
    pickPort: async (protocol) => {
      this.#next += 1;
      this.#call(`pick ${protocol}`);
      return this.#next;
    },
  };

  readonly firewall: Pick<Firewall, 'setForwards' | 'forgetFlows'> = {
    setForwards: async (forwards) => {
      const text = forwards.map(({ hostPort, address, port }) => `${String(hostPort)}>${address}:${String(port)}`);
      this.#call(`forward ${text.join(', ')}`);
      this.forwards = forwards;
    },
    forgetFlows: async (addresses) => {
      if (addresses.length > 0) this.#call(`forget ${addresses.join(', ')}`);
    },
  };

  /** The calls since it was asked last. */
  take(): readonly string[] {
    return this.calls.splice(0).map((call) => call.trim());
  }

  #call(text: string): void {
    this.calls.push(text);
    if (this.broken === undefined || !text.startsWith(this.broken)) return;
    throw new RuntimeError('Unavailable', `${this.broken} is broken`, { reason: 'FirewallFailed' });
  }
}

export interface PublicationsWorld extends PublicationsHarness, OpenPublications {
  readonly recorder: Recorder;
  readonly places: Map<string, SandboxPlace>;
  readonly networks: NameTable['networks'][number][];
  readonly startTimes: Map<number, string>;
  readonly dataDirectory: string;
  readonly runDirectory: string;
  /** What the next daemon has, in the same boot unless it is told another one. */
  next(bootId?: string, netd?: Netd): Promise<OpenPublications>;
}

export const attachment = (
  addresses: readonly string[],
  more: Partial<SandboxPlace['attachments'][number]> = {},
): SandboxPlace['attachments'][number] => ({
  network: 'net-1',
  interface: 'eth0',
  addresses,
  mac: '02:00:00:00:00:01',
  driver: 'bridge',
  internal: false,
  subnets: [],
  ...more,
});

export async function createPublicationsWorld(): Promise<PublicationsWorld> {
  const folder = await makeFolder('/tmp/tsn-');
  const recorder = new Recorder();
  const places = new Map<string, SandboxPlace>();
  const networks: NameTable['networks'][number][] = [];
  const startTimes = new Map<number, string>();
  const [dataDirectory, runDirectory] = [`${folder}/data`, `${folder}/run`];
  const next = (bootId = 'boot-1', netd = recorder.netd): Promise<OpenPublications> =>
    openPublications({
      facts: { dataDirectory, runDirectory, bootId },
      firewall: recorder.firewall,
      netd,
      placeOf: (sandbox) => places.get(sandbox),
      networks: () => [...networks],
      startTimeOf: async (pid) => startTimes.get(pid),
    });
  return {
    ...(await next()),
    recorder,
    places,
    networks,
    startTimes,
    dataDirectory,
    runDirectory,
    next,
    async place(sandbox, addresses) {
      places.set(sandbox, { attachments: addresses.length === 0 ? [] : [attachment(addresses)] });
    },
    async occupy(port, holder) {
      if (holder === undefined) recorder.strangers.delete(port);
      else recorder.strangers.set(port, holder);
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
