import { RuntimeError } from '../errors.ts';
import type { BuildLogEntry, BuildLogId, BuildLogs, BuildLogWriter } from '../ports/build-logs.ts';
import type { Gate } from './gate.ts';

interface FakeBuildLog {
  readonly entries: BuildLogEntry[];
  ended: boolean;
  /** Resolved, and made anew, with every entry and at the end. */
  changed: PromiseWithResolvers<void>;
}

/** Logs of builds in memory. */
export class FakeBuildLogs implements BuildLogs {
  readonly #logs = new Map<string, Map<number, FakeBuildLog>>();
  readonly #gate: Gate;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  async open({ log, number }: BuildLogId): Promise<BuildLogWriter> {
    await this.#gate.pass('buildLogs.open');
    checkName(log);
    const numbers = this.#logs.get(log) ?? new Map<number, FakeBuildLog>();
    this.#logs.set(log, numbers);
    end(numbers.get(number));
    const made: FakeBuildLog = { entries: [], ended: false, changed: Promise.withResolvers() };
    numbers.set(number, made);
    this.#gate.changed();
    return {
      append(entry) {
        if (made.ended) return;
        made.entries.push(entry.type === 'log' ? { ...entry, data: entry.data.slice() } : entry);
        tell(made);
      },
      async close() {
        end(made);
      },
    };
  }

  async *read(
    id: BuildLogId,
    { follow, signal }: { readonly follow: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<BuildLogEntry> {
    await this.#gate.pass('buildLogs.read');
    checkName(id.log);
    const found = this.#logs.get(id.log)?.get(id.number);
    if (found === undefined) throw new RuntimeError('NotFound', `there is no log of build ${id.number} of ${id.log}`);
    const wake = (): void => tell(found);
    signal?.addEventListener('abort', wake);
    for (let at = 0; ;) {
      if (signal?.aborted === true) break;
      const entry = found.entries[at];
      if (entry !== undefined) {
        at += 1;
        yield entry;
      } else if (!follow || found.ended) break;
      else await found.changed.promise;
    }
    signal?.removeEventListener('abort', wake);
  }

  async keep(log: string, numbers: readonly number[]): Promise<void> {
    await this.#gate.pass('buildLogs.keep');
    const found = this.#logs.get(log);
    for (const [number, one] of found ?? []) {
      if (numbers.includes(number)) continue;
      end(one);
      found?.delete(number);
      this.#gate.changed();
    }
  }

  async remove(log: string): Promise<void> {
    await this.#gate.pass('buildLogs.remove');
    for (const one of this.#logs.get(log)?.values() ?? []) end(one);
    if (this.#logs.delete(log)) this.#gate.changed();
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('buildLogs.list');
    return [...this.#logs.keys()];
  }

  /** What was written into a log so far; for tests. */
  entries({ log, number }: BuildLogId): readonly BuildLogEntry[] {
    return this.#logs.get(log)?.get(number)?.entries ?? [];
  }

  /** Whether somebody writes it still; for tests. */
  isOpen({ log, number }: BuildLogId): boolean {
    return this.#logs.get(log)?.get(number)?.ended === false;
  }
}

function checkName(log: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(log))
    throw new RuntimeError('InvalidArgument', `${JSON.stringify(log)} cannot name a log`);
}

function end(log: FakeBuildLog | undefined): void {
  if (log === undefined || log.ended) return;
  log.ended = true;
  tell(log);
}

function tell(log: FakeBuildLog): void {
  const { resolve } = log.changed;
  log.changed = Promise.withResolvers();
  resolve();
}
