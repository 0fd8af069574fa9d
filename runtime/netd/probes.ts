/** The Probes port: keeps what is asked in netd and what is asked here, and how each of them stands. */
import type { ProbeAction, Probes, ProbeSpec, ProbeState, ProbeTarget } from '../ports/probes.ts';
import { askHere, type RunCommand } from './ask-here.ts';
import { createDoors, type Doors, type OpenNetwork } from './doors.ts';
import { createProbeBatch, type ProbeBatch } from './probe-batch.ts';
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
}

export class NetdProbes implements Probes, AsyncDisposable {
  readonly #rows = new Map<string, Row>();
  readonly #listeners = new Set<(key: string) => void>();
  /** Those inside of whose networks something is asked once. */
  readonly #visited: number[] = [];
  readonly #options: ProbesOptions;
  readonly #doors: Doors;
  readonly #batch: ProbeBatch;
  #nextSerial = 1;

  constructor(options: ProbesOptions) {
    this.#options = options;
    this.#doors = createDoors(options.openNetwork);
    this.#batch = createProbeBatch(options.send);
  }

  keep(key: string, spec: ProbeSpec, target: ProbeTarget): ProbeState {
    const known = this.#rows.get(key);
    if (known && isSame(known.probe, spec, target)) {
      this.#begin(known);
      return known.probe.state;
    }
    known?.asking?.[Symbol.dispose]();
    const serial = this.#nextSerial++;
    const row: Row = {
      probe: { key, serial, spec, target, state: unknownState, byDaemon: isHere(spec.action, target) },
    };
    this.#rows.set(key, row);
    this.#batch.keep(row.probe);
    this.#begin(row);
    this.#closeDoors();
    return row.probe.state;
  }

  remove(key: string): void {
    const row = this.#rows.get(key);
    if (!row) return;
    row.asking?.[Symbol.dispose]();
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
  adopt(probes: readonly KeptProbe[]): void {
    for (const probe of probes) {
      this.#nextSerial = Math.max(this.#nextSerial, probe.serial + 1);
      if (!this.#rows.has(probe.key)) this.#rows.set(probe.key, { probe });
      else if (!probe.byDaemon) this.#change(probe.key, probe.serial, probe.state);
    }
  }

  /** All that a netd must know. */
  get wanted(): ProbesMessage {
    return { op: 'probes', keep: [...this.#rows.values()].map(({ probe }) => probe), drop: [] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { asking } of this.#rows.values()) asking?.[Symbol.dispose]();
    this.#rows.clear();
    this.#batch.stop();
    await this.#doors[Symbol.asyncDispose]();
  }

  #begin(row: Row): void {
    const { key, serial, spec, target, state, byDaemon } = row.probe;
    if (!byDaemon || row.asking) return;
    row.asking = keepAsking({
      spec,
      startedAt: target.startedAt,
      state,
      time: this.#options.time,
      ask: askHere(spec.action, target, spec.timeoutSeconds * 1000, { exec: this.#options.exec, doors: this.#doors }),
      onChange: (changed) => this.#change(key, serial, changed),
    });
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
    const { outcome, message } = row.probe.state;
    if (outcome === state.outcome && message === state.message) return;
    row.probe = { ...row.probe, state };
    if (row.probe.byDaemon) this.#batch.keep(row.probe);
    for (const listener of this.#listeners) listener(key);
  }

  #closeDoors(): void {
    const inside = [...this.#rows.values()].filter(({ asking, probe }) => asking && probe.target.inside);
    this.#doors.keepOnly(new Set([...this.#visited, ...inside.map(({ probe }) => probe.target.pid)]));
  }
}

const isHere = (action: ProbeAction, { inside }: ProbeTarget): boolean => action.type === 'exec' || inside;

function isSame(probe: KeptProbe, spec: ProbeSpec, target: ProbeTarget): boolean {
  return JSON.stringify([probe.spec, probe.target]) === JSON.stringify([spec, target]);
}
