import { RuntimeError } from '../errors.ts';
import type { LogLimits, LogRun, Logs, ReadLogOptions } from '../ports/logs.ts';
import type { Gate } from './gate.ts';
import type { FakeClock } from './options.ts';

interface Line {
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** With its newline, or without at the end of the output. */
  readonly text: string;
}

interface Run {
  readonly lines: Line[];
  readonly rest: { stdout: string; stderr: string };
  open: boolean;
  /** Woken by every write and by the end. */
  readonly waiting: Set<() => void>;
}

/** Logs in memory. Programs write through `print`, by FIFO path. */
export class FakeLogs implements Logs {
  readonly #logs = new Map<string, Map<number, Run>>();
  readonly #gate: Gate;
  readonly #clock: FakeClock;
  readonly #directory: string;

  constructor(gate: Gate, clock: FakeClock, directory: string) {
    this.#gate = gate;
    this.#clock = clock;
    this.#directory = directory;
  }

  async open(run: LogRun, _limits: LogLimits): Promise<{ readonly stdout: string; readonly stderr: string }> {
    await this.#gate.pass('logs.open');
    const runs = this.#logs.get(run.log) ?? new Map<number, Run>();
    this.#logs.set(run.log, runs);
    for (const number of runs.keys()) if (number < run.run - 1) runs.delete(number);
    const found = runs.get(run.run);
    if (found === undefined) {
      runs.set(run.run, { lines: [], rest: { stdout: '', stderr: '' }, open: true, waiting: new Set() });
    } else found.open = true;
    return { stdout: this.#fifo(run, 'stdout'), stderr: this.#fifo(run, 'stderr') };
  }

  /** Takes what a process wrote into a FIFO; false when nobody has it open. */
  print(fifo: string, stream: 'stdout' | 'stderr', text: string): boolean {
    const [log, number] = fifo.slice(this.#directory.length + 1).split('/');
    const run = this.#logs.get(log ?? '')?.get(Number(number));
    if (run === undefined || !run.open) return false;
    const pieces = (run.rest[stream] + text).split(/(?<=\n)/);
    run.rest[stream] = pieces.at(-1)?.endsWith('\n') === false ? (pieces.pop() ?? '') : '';
    this.#append(run, stream, pieces);
    return true;
  }

  /** The same by run, for tests. */
  printTo(run: LogRun, stream: 'stdout' | 'stderr', text: string): void {
    if (!this.print(this.#fifo(run, stream), stream, text)) throw new Error(`the fake log ${run.log} is not open`);
  }

  async drain(run: LogRun): Promise<void> {
    await this.#gate.pass('logs.drain');
    const found = this.#find(run);
    if (found === undefined || !found.open) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#append(found, stream, found.rest[stream] === '' ? [] : [found.rest[stream]]);
      found.rest[stream] = '';
    }
    found.open = false;
    wake(found);
  }

  async tail(run: LogRun, maxLines: number, maxBytes: number): Promise<string> {
    await this.#gate.pass('logs.tail');
    const text = (this.#find(run)?.lines ?? [])
      .slice(-maxLines)
      .map((line) => line.text)
      .join('');
    return Buffer.from(text).subarray(-maxBytes).toString();
  }

  async *read(run: LogRun, options: ReadLogOptions): AsyncIterable<Uint8Array> {
    await this.#gate.pass('logs.read', options.signal);
    const found = this.#find(run);
    if (found === undefined) throw new RuntimeError('NotFound', `log ${run.log} has no run ${run.run}`);
    const since = options.sinceTime ?? '';
    let next = options.tailLines === undefined ? 0 : Math.max(0, found.lines.length - options.tailLines);
    let left = options.limitBytes ?? Infinity;
    for (;;) {
      for (; next < found.lines.length; next++) {
        const line = found.lines[next];
        if (line === undefined || line.time < since) continue;
        const bytes = Buffer.from(options.timestamps === true ? `${line.time} ${line.text}` : line.text);
        yield bytes.subarray(0, left);
        left -= bytes.length;
        if (left <= 0) return;
      }
      if (options.follow !== true || !found.open || options.signal?.aborted === true) return;
      await more(found, options.signal);
    }
  }

  async remove(log: string): Promise<void> {
    await this.#gate.pass('logs.remove');
    for (const run of this.#logs.get(log)?.values() ?? []) {
      run.open = false;
      wake(run);
    }
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

  #append(run: Run, stream: 'stdout' | 'stderr', texts: readonly string[]): void {
    const time = new Date(this.#clock.now()).toISOString().replace('Z', '000000Z');
    run.lines.push(...texts.filter((text) => text !== '').map((text) => ({ time, stream, text })));
    wake(run);
  }

  #find(run: LogRun): Run | undefined {
    return this.#logs.get(run.log)?.get(run.run);
  }

  #fifo(run: LogRun, stream: string): string {
    return `${this.#directory}/${run.log}/${run.run}/${stream}`;
  }
}

function wake(run: Run): void {
  for (const resolve of run.waiting) resolve();
  run.waiting.clear();
}

function more(run: Run, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    run.waiting.add(resolve);
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
