import { RuntimeError } from '../errors.ts';
import type { AttachedOutput, LogLimits, LogRun, Logs, ReadLogOptions } from '../ports/logs.ts';
import type { Gate } from './gate.ts';
import { FakeLogRun } from './log-run.ts';
import type { FakeClock } from './options.ts';
import { textTail } from './paths.ts';

type Stream = 'stdout' | 'stderr';

/** Logs in memory. Programs write through `print`, by FIFO path. */
export class FakeLogs implements Logs {
  readonly #logs = new Map<string, Map<number, FakeLogRun>>();
  readonly #gate: Gate;
  readonly #clock: FakeClock;
  readonly #directory: string;

  constructor(gate: Gate, clock: FakeClock, directory: string) {
    this.#gate = gate;
    this.#clock = clock;
    this.#directory = directory;
  }

  async open(run: LogRun, limits: LogLimits): Promise<{ readonly stdout: string; readonly stderr: string }> {
    await this.#gate.pass('logs.open');
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(run.log)) {
      throw new RuntimeError('InvalidArgument', `${JSON.stringify(run.log)} cannot name a log`);
    }
    const runs = this.#logs.get(run.log) ?? new Map<number, FakeLogRun>();
    this.#logs.set(run.log, runs);
    for (const [number, { open }] of runs) if (number < run.run - 1 && !open) runs.delete(number);
    const found = runs.get(run.run);
    if (found === undefined) runs.set(run.run, new FakeLogRun(limits));
    if (found?.openAgain(limits) !== false) this.#gate.changed();
    return { stdout: this.#fifo(run, 'stdout'), stderr: this.#fifo(run, 'stderr') };
  }

  /** Takes what a process wrote into a FIFO; false when nobody has it open. */
  print(fifo: string, stream: Stream, text: string): boolean {
    const [log = '', number] = fifo.slice(this.#directory.length + 1).split('/');
    const run = this.#logs.get(log)?.get(Number(number));
    if (run === undefined || !run.open) return false;
    run.write(stream, text, this.#time());
    return true;
  }

  /** The same by run, for tests. */
  printTo(run: LogRun, stream: Stream, text: string): void {
    if (!this.print(this.#fifo(run, stream), stream, text)) throw new Error(`the fake log ${run.log} is not open`);
  }

  async drain(run: LogRun): Promise<void> {
    await this.#gate.pass('logs.drain');
    this.#find(run)?.end(this.#time());
  }

  async tail(run: LogRun, maxLines: number, maxBytes: number): Promise<string> {
    await this.#gate.pass('logs.tail');
    return textTail(Buffer.from(this.#find(run)?.last(maxLines) ?? ''), maxBytes);
  }

  async *read(run: LogRun, options: ReadLogOptions): AsyncIterable<Uint8Array> {
    await this.#gate.pass('logs.read');
    const found = this.#find(run);
    if (found !== undefined) yield* found.read(options);
  }

  async attach(run: LogRun): Promise<AttachedOutput> {
    await this.#gate.pass('logs.attach');
    const found = this.#find(run);
    if (found?.open !== true) throw new RuntimeError('NotFound', `run ${run.run} of ${run.log} is not open`);
    return found.attach();
  }

  async remove(log: string): Promise<void> {
    await this.#gate.pass('logs.remove');
    for (const run of this.#logs.get(log)?.values() ?? []) run.end(this.#time());
    this.#logs.delete(log);
  }

  async latestRun(log: string): Promise<number | undefined> {
    await this.#gate.pass('logs.latestRun');
    const runs = [...(this.#logs.get(log)?.keys() ?? [])];
    return runs.length === 0 ? undefined : Math.max(...runs);
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('logs.list');
    return [...this.#logs.keys()];
  }

  #find(run: LogRun): FakeLogRun | undefined {
    return this.#logs.get(run.log)?.get(run.run);
  }

  #fifo(run: LogRun, stream: Stream): string {
    return `${this.#directory}/${run.log}/${run.run}/${stream}`;
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString().replace('Z', '000000Z');
  }
}
