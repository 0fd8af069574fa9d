import { isDeepStrictEqual } from 'node:util';
import type { PortAnswer, Publication, Publications, PublishedRange } from '../ports/publications.ts';
import type { Gate } from './gate.ts';
import type { FakeSandboxes } from './sandboxes.ts';

/** Picked ports begin here, as the kernel's do. */
const FIRST_PICKED = 32_768;

/** Publications without sockets: who has which port, and what a test says that strangers have. */
export class FakePublications implements Publications {
  /** Uid -> what is in force, and its answers. */
  readonly records = new Map<
    string,
    { readonly publication: Publication; readonly ports: readonly PortAnswer[]; readonly text: string }
  >();
  /** Port -> the stranger that has it. */
  readonly strangers = new Map<number, string>();
  readonly #listeners = new Set<(uid: string) => void>();
  readonly #gate: Gate;
  readonly #sandboxes: FakeSandboxes;

  constructor(gate: Gate, sandboxes: FakeSandboxes) {
    this.#gate = gate;
    this.#sandboxes = sandboxes;
  }

  async publish(publication: Publication): Promise<readonly PortAnswer[]> {
    await this.#gate.pass('publications.publish');
    const { uid } = publication.owner;
    const known = this.records.get(uid);
    const ports = this.#answer(publication, known?.ports ?? []);
    const text = JSON.stringify([publication, ports]);
    if (known?.text === text) return known.ports;
    this.records.set(uid, { publication, ports, text });
    this.#gate.changed();
    return ports;
  }

  async setReady(uid: string, ready: boolean): Promise<void> {
    await this.#gate.pass('publications.setReady');
    const publication = this.records.get(uid)?.publication;
    if (publication !== undefined && publication.ready !== ready) await this.publish({ ...publication, ready });
  }

  async setGuests(uid: string, guests: readonly string[]): Promise<void> {
    await this.#gate.pass('publications.setGuests');
    const publication = this.records.get(uid)?.publication;
    if (publication === undefined || isDeepStrictEqual(publication.guests ?? [], guests)) return;
    await this.publish({ ...publication, guests });
  }

  async withdraw(uid: string): Promise<void> {
    await this.#gate.pass('publications.withdraw');
    if (this.records.delete(uid)) this.#gate.changed();
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('publications.list');
    return [...this.records.keys()];
  }

  subscribe(listener: (uid: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** A stranger took it while nobody held it. */
  lose(port: number, stranger: string): void {
    this.strangers.set(port, stranger);
    for (const [uid, { ports }] of this.records) {
      if (!ports.some(({ hostPort, count }) => port >= hostPort && port < hostPort + count)) continue;
      for (const listener of this.#listeners) listener(uid);
    }
  }

  #answer({ owner, sandbox, ports }: Publication, before: readonly PortAnswer[]): readonly PortAnswer[] {
    const reachable = this.#sandboxes.find(sandbox)?.attachments.some(({ addresses }) => addresses.length > 0) ?? false;
    const answers: PortAnswer[] = [];
    for (const range of ports) answers.push(this.#answerRange(range, { uid: owner.uid, before, answers, reachable }));
    return answers;
  }

  #answerRange(range: PublishedRange, asked: Asked): PortAnswer {
    if (range.hostIP === '::1') return problem(range, 'PortUnsupported', 'the kernel cannot lead [::1] to a container');
    if (!asked.reachable) return problem(range, 'NoAddress', 'it has no address that can be reached from outside');
    if (range.hostPort === 0) return { ...range, hostPort: this.#pick(range, asked) };
    const holder = this.#holder(range, asked);
    return holder === undefined ? range : problem(range, 'PortTaken', `port ${range.hostPort} is taken by ${holder}`);
  }

  #pick(range: PublishedRange, asked: Asked): number {
    const had = asked.before.find(
      ({ protocol, hostIP, containerPort, hostPort }) =>
        protocol === range.protocol &&
        hostIP === range.hostIP &&
        containerPort === range.containerPort &&
        hostPort >= FIRST_PICKED,
    );
    if (had !== undefined && this.#holder(had, asked) === undefined) return had.hostPort;
    let hostPort = FIRST_PICKED;
    while (this.#holder({ ...range, hostPort }, asked) !== undefined) hostPort += 1;
    return hostPort;
  }

  #holder(range: PublishedRange, { uid, answers }: Asked): string | undefined {
    for (let port = range.hostPort; port < range.hostPort + range.count; port += 1) {
      const stranger = this.strangers.get(port);
      if (stranger !== undefined) return stranger;
    }
    if (answers.some((other) => collides(other, range))) return 'another port of the same Container';
    const others = [...this.records.values()].filter(({ publication }) => publication.owner.uid !== uid);
    const owner = others.find(({ ports }) => ports.some((other) => collides(other, range)))?.publication.owner;
    return owner === undefined ? undefined : `Container ${owner.namespace}/${owner.name}`;
  }
}

interface Asked {
  readonly uid: string;
  readonly before: readonly PortAnswer[];
  /** Of ranges that came first. */
  readonly answers: readonly PortAnswer[];
  readonly reachable: boolean;
}

const problem = (range: PublishedRange, reason: string, message: string): PortAnswer => ({
  ...range,
  problem: { reason, message },
});

function collides(other: PortAnswer, range: PublishedRange): boolean {
  if (other.problem !== undefined || other.protocol !== range.protocol) return false;
  const sameAddress = other.hostIP === undefined || range.hostIP === undefined || other.hostIP === range.hostIP;
  return sameAddress && other.hostPort < range.hostPort + range.count && range.hostPort < other.hostPort + other.count;
}
