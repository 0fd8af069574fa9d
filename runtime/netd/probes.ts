/** The Probes port: keeps what is asked in netd and what is asked here, and how each of them stands. */
import type { ProbeAction, Probes, ProbeSpec, ProbeState, ProbeTarget } from '../ports/probes.ts';
import { askHere, type RunCommand } from './ask-here.ts';
import { createDoors, type Doors, type OpenNetwork } from './doors.ts';
import { digestOf, translated, type OlderProbe } from './kept-probes.ts';
import { createProbeBatch, probesMessages, type ProbeBatch } from './probe-batch.ts';
import { askWithin, keepAsking, type AskProbe, type ProbeTime } from './program/keep-asking.ts';
import { unknownState, type ProbeAnswer } from './program/probe-cycle.ts';
import type { Answer, AskMessage, KeptProbe, ProbeEvent, ProbesMessage } from './program/protocol.ts';

export interface ProbesOptions {
  readonly exec: RunCommand;
  readonly openNetwork: OpenNetwork;
  readonly time: ProbeTime;
  /** Tells netd; what is lost is told again when the next netd is introduced. */
  readonly send: (message: ProbesMessage) => void;
  readonly ask: (message: AskMessage) => Promise<Answer>;
}

interface Row {
  probe: KeptProbe;
  /** Asks here; absent when netd does, or when it was found there and not kept again yet. */
  asking?: Disposable;
  /** Into whose network a way is open for it. */
  visits?: number;
}

export class NetdProbes implements Probes, AsyncDisposable {
  readonly #rows = new Map<string, Row>();
  readonly #listeners = new Set<(key: string) => void>();
  /** Those inside of whose networks something is asked once. */
  readonly #visited: number[] = [];
  readonly #options: ProbesOptions;
  readonly #doors: Doors;
  readonly #batch: ProbeBatch;
  /** Those with a way into a network. */
  readonly #visitors = new Set<Row>();
  #nextSerial = 1;

  constructor(options: ProbesOptions) {
    this.#options = options;
    this.#doors = createDoors(options.openNetwork);
    this.#batch = createProbeBatch(options.send);
  }

  keep(key: string, spec: ProbeSpec, target: ProbeTarget): ProbeState {
    const known = this.#rows.get(key);
    const digest = digestOf(spec, target);
    if (known?.probe.digest === digest) {
      this.#begin(known, spec, target);
      return known.probe.state;
    }
    if (known) this.#end(known);
    const question = isHere(spec.action, target) ? {} : { question: { spec, target } };
    const row: Row = { probe: { key, serial: this.#nextSerial++, digest, state: unknownState, ...question } };
    this.#rows.set(key, row);
    this.#batch.keep(row.probe);
    this.#begin(row, spec, target);
    this.#closeDoors();
    return row.probe.state;
  }

  remove(key: string): void {
    const row = this.#rows.get(key);
    if (!row) return;
    this.#end(row);
    this.#rows.delete(key);
    this.#batch.drop(key);
    this.#closeDoors();
  }

  list(): readonly string[] {
    return [...this.#rows.keys()];
  }

  subscribe(listener: (key: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async ask(action: ProbeAction, target: ProbeTarget, timeoutMs: number, signal?: AbortSignal): Promise<ProbeAnswer> {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#visited.push(target.pid);
    try {
      const told = await askWithin(timeoutMs, this.#question(action, target, timeoutMs), stop, this.#options.time);
      signal?.throwIfAborted();
      return told ?? { success: false, message: 'it could not be asked' };
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#visited.splice(this.#visited.indexOf(target.pid), 1);
      this.#closeDoors();
    }
  }

  /** What netd says unasked. */
  hear({ key, serial, state }: ProbeEvent): void {
    this.#change(key, serial, state);
  }

  /** What a netd that runs already keeps: how its probes stand now, and those that nobody here has kept yet. */
  adopt(probes: readonly (KeptProbe | OlderProbe)[]): void {
    for (const probe of probes.map(translated)) {
      this.#nextSerial = Math.max(this.#nextSerial, probe.serial + 1);
      if (!this.#rows.has(probe.key)) this.#rows.set(probe.key, { probe });
      else if (probe.question) this.#change(probe.key, probe.serial, probe.state);
    }
  }

  /** All that a netd must know which has these already. */
  missing(there: readonly KeptProbe[]): Iterable<ProbesMessage> {
    const known = new Map(there.map((probe) => [probe.key, probe]));
    const isThere = ({ key, serial, state, question }: KeptProbe): boolean => {
      const other = known.get(key);
      return other?.serial === serial && (question !== undefined || isSameState(other.state, state));
    };
    const kept = [...this.#rows.values()].map(({ probe }) => probe);
    return probesMessages(
      kept.filter((probe) => !isThere(probe)),
      [],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const row of this.#rows.values()) this.#end(row);
    this.#rows.clear();
    this.#batch.stop();
    await this.#doors[Symbol.asyncDispose]();
  }

  #begin(row: Row, spec: ProbeSpec, target: ProbeTarget): void {
    const { key, serial, state, question } = row.probe;
    if (question || row.asking) return;
    if (target.inside) {
      row.visits = target.pid;
      this.#visitors.add(row);
    }
    row.asking = keepAsking({
      spec,
      startedAt: target.startedAt,
      state,
      time: this.#options.time,
      ask: askHere(spec.action, target, spec.timeoutSeconds * 1000, { exec: this.#options.exec, doors: this.#doors }),
      onChange: (changed) => this.#change(key, serial, changed),
    });
  }

  #end(row: Row): void {
    row.asking?.[Symbol.dispose]();
    this.#visitors.delete(row);
  }

  #question(action: ProbeAction, target: ProbeTarget, timeoutMs: number): AskProbe {
    if (action.type === 'exec' || target.inside)
      return askHere(action, target, timeoutMs, { exec: this.#options.exec, doors: this.#doors });
    const { address } = target;
    return async () => {
      try {
        return (await this.#options.ask({ op: 'ask', action, address, timeoutMs })).told;
      } catch (error) {
        return { success: false, message: (error as Error).message };
      }
    };
  }

  #change(key: string, serial: number, state: ProbeState): void {
    const row = this.#rows.get(key);
    if (row?.probe.serial !== serial) return;
    if (isSameState(row.probe.state, state)) return;
    row.probe = { ...row.probe, state };
    if (!row.probe.question) this.#batch.keep(row.probe);
    for (const listener of this.#listeners) listener(key);
  }

  #closeDoors(): void {
    const inside = [...this.#visitors].flatMap(({ visits }) => visits ?? []);
    this.#doors.keepOnly(new Set([...this.#visited, ...inside]));
  }
}

const isHere = (action: ProbeAction, { inside }: ProbeTarget): boolean => action.type === 'exec' || inside;

const isSameState = (one: ProbeState, other: ProbeState): boolean =>
  one.outcome === other.outcome && one.message === other.message;
