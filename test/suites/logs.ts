/**
 * What every implementation of the Logs port does. A backend gives the port and a way to write like a container: into the
 * streams that `open` answered.
 */
import type { ExecutionContext, TestFn } from 'ava';
import type { LogRun, Logs, ReadLogOptions } from '../../runtime/ports/logs.ts';

import { rejects } from './containers.ts';

/** What a container holds: both streams, open for writing until closed. */
export interface TestWriter {
  stdout(text: string | Uint8Array): Promise<void>;
  stderr(text: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface LogsBackend extends AsyncDisposable {
  readonly logs: Logs;
  readonly writer: (paths: { readonly stdout: string; readonly stderr: string }) => Promise<TestWriter>;
}

export const limits = { maxBytes: 1 << 20, maxFiles: 3 };

/** All that `read` answers, as text. */
export async function readAll(logs: Logs, run: LogRun, options: ReadLogOptions = {}): Promise<string> {
  return Buffer.concat(await Array.fromAsync(logs.read(run, options))).toString();
}

type Body = (t: ExecutionContext, backend: LogsBackend) => Promise<void>;

const run: LogRun = { log: 'uid-1', run: 0 };

/** Declares the suite's tests. */
export function logsSuite(test: TestFn, name: string, open: () => Promise<LogsBackend>): void {
  for (const [title, body] of Object.entries(bodies)) {
    test(`${name}: ${title}`, async (t) => {
      await using backend = await open();
      await body(t, backend);
    });
  }
}

/** Writes a run from beginning to end. */
async function writeRun(
  backend: Omit<LogsBackend, keyof AsyncDisposable>,
  which: LogRun,
  stdout: string,
  stderr = '',
): Promise<void> {
  const container = await backend.writer(await backend.logs.open(which, limits));
  if (stdout !== '') await container.stdout(stdout);
  if (stderr !== '') await container.stderr(stderr);
  await container.close();
  await backend.logs.drain(which);
}

/** Reads so many characters, or what there is before the end. */
function readSome(chunks: AsyncIterable<Uint8Array>): (characters: number) => Promise<string> {
  const iterator = chunks[Symbol.asyncIterator]();
  return async (characters) => {
    let text = '';
    while (text.length < characters) {
      const { value, done } = await iterator.next();
      if (done === true) break;
      text += Buffer.from(value).toString();
    }
    return text;
  };
}

const numbered = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');

const bodies: Readonly<Record<string, Body>> = {
  'who attaches sees what is written from then on, at once and stream by stream': async (t, { logs, writer }) => {
    const container = await writer(await logs.open(run, limits));
    await container.stdout('before\n');
    await eventually(async () => (await readAll(logs, run)) === 'before\n');
    await using attached = await logs.attach(run);
    const [stdout, stderr] = [readSome(attached.stdout), readSome(attached.stderr)];
    await container.stdout('prompt> ');
    t.is(await stdout(8), 'prompt> ', 'without the end of a line');
    await container.stderr('oh\n');
    t.is(await stderr(3), 'oh\n');
    await container.close();
    await logs.drain(run);
    await attached.ended;
    t.is(await stdout(1), '');
    t.is(await stderr(1), '');
  },
  'several may be attached, and each sees all of it': async (t, { logs, writer }) => {
    const container = await writer(await logs.open(run, limits));
    await using one = await logs.attach(run);
    await using two = await logs.attach(run);
    const text = numbered(5000);
    const reading = [readSome(one.stdout)(Infinity), readSome(two.stdout)(Infinity)];
    await container.stdout(text);
    await container.close();
    await logs.drain(run);
    for (const read of reading) t.true((await read) === text);
    t.true((await readAll(logs, run)) === text);
  },
  'letting go ends what was attached, and nothing else': async (t, { logs, writer }) => {
    const container = await writer(await logs.open(run, limits));
    const attached = await logs.attach(run);
    const reading = readSome(attached.stdout)(Infinity);
    await attached[Symbol.asyncDispose]();
    await attached.ended;
    t.is(await reading, '');
    await container.stdout('goes on\n');
    await container.close();
    await logs.drain(run);
    t.is(await readAll(logs, run), 'goes on\n');
  },
  'a run that is not open cannot be attached to': async (t, { logs, writer }) => {
    await rejects(t, logs.attach(run), 'NotFound');
    await writeRun({ logs, writer }, run, 'x\n');
    await rejects(t, logs.attach(run), 'NotFound');
  },
  'what a process wrote is read back, byte for byte, without an end that was not there': async (t, backend) => {
    const text = `a\n\n${'x'.repeat(40_000)}\nlast without end`;
    await writeRun(backend, run, text);
    t.is(await readAll(backend.logs, run), text);
  },
  'both streams are in one log': async (t, backend) => {
    await writeRun(backend, run, 'to stdout\n', 'to stderr\n');
    t.deepEqual((await readAll(backend.logs, run)).split('\n').sort(), ['', 'to stderr', 'to stdout']);
  },
  'one stream can be read without the other': async (t, { logs, writer }) => {
    const container = await writer(await logs.open(run, limits));
    for (const n of [1, 2]) {
      await container.stdout(`out ${n}\n`);
      await container.stderr(`err ${n}\n`);
    }
    await container.stdout('no end');
    await container.close();
    await logs.drain(run);
    t.is(await readAll(logs, run, { stream: 'stdout' }), 'out 1\nout 2\nno end');
    t.is(await readAll(logs, run, { stream: 'stderr', limitBytes: 9 }), 'err 1\nerr');
  },
  'a run without output reads as nothing': async (t, backend) => {
    await writeRun(backend, run, '');
    t.is(await readAll(backend.logs, run), '');
    t.is(await readAll(backend.logs, { log: 'unknown', run: 3 }), '');
  },
  'the last lines are found, however many there are': async (t, backend) => {
    await writeRun(backend, run, numbered(20_000));
    const tail = (tailLines: number): Promise<string> => readAll(backend.logs, run, { tailLines });
    t.is(await tail(0), '');
    t.is(await tail(2), 'line 19998\nline 19999\n');
    t.is((await tail(10_000)).split('\n')[0], 'line 10000');
    t.is(await tail(20_000), numbered(20_000));
    t.is(await tail(1_000_000), numbered(20_000));
  },
  'a last line without an end counts as a line': async (t, backend) => {
    await writeRun(backend, run, 'one\ntwo\nthree');
    t.is(await readAll(backend.logs, run, { tailLines: 2 }), 'two\nthree');
  },
  'a line of many pieces is one line': async (t, backend) => {
    const long = 'y'.repeat(100_000);
    await writeRun(backend, run, `before\n${long}\n`);
    t.is(await readAll(backend.logs, run, { tailLines: 1 }), `${long}\n`);
    const stamped = await readAll(backend.logs, run, { tailLines: 1, timestamps: true });
    t.is(stamped.length, 31 + long.length + 1);
  },
  'timestamps stand before each line, and lines before a time are left out': async (t, backend) => {
    const container = await backend.writer(await backend.logs.open(run, limits));
    await container.stdout('early\n');
    await eventually(async () => (await readAll(backend.logs, run)) === 'early\n');
    const first = await readAll(backend.logs, run, { timestamps: true });
    t.regex(first, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z early\n$/);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const since = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await container.stdout('late\n');
    await container.close();
    await backend.logs.drain(run);
    t.is(await readAll(backend.logs, run, { sinceTime: since }), 'late\n');
    t.is(await readAll(backend.logs, run, { sinceTime: first.slice(0, 30) }), 'early\nlate\n');
  },
  'output is cut at the limit': async (t, backend) => {
    await writeRun(backend, run, 'abcdef\n'.repeat(10_000));
    t.is(await readAll(backend.logs, run, { limitBytes: 10 }), 'abcdef\nabc');
  },
  'a reader follows until the run is drained': async (t, backend) => {
    const container = await backend.writer(await backend.logs.open(run, limits));
    const reading = readAll(backend.logs, run, { follow: true });
    await container.stdout('one\n');
    await container.stderr('two\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await container.stdout('three');
    await container.close();
    await backend.logs.drain(run);
    t.deepEqual((await reading).split('\n').sort(), ['one', 'three', 'two']);
  },
  'a reader that follows stops when it is told to': async (t, backend) => {
    const container = await backend.writer(await backend.logs.open(run, limits));
    const stop = new AbortController();
    const reading = readAll(backend.logs, run, { follow: true, signal: stop.signal });
    await container.stdout('one\n');
    await eventually(async () => (await readAll(backend.logs, run)) === 'one\n');
    stop.abort();
    t.true(['', 'one\n'].includes(await reading));
    await container.close();
  },
  'opening and draining again changes nothing': async (t, backend) => {
    const paths = await backend.logs.open(run, limits);
    t.deepEqual(await backend.logs.open(run, limits), paths);
    const container = await backend.writer(paths);
    await container.stdout('kept\n');
    t.deepEqual(await backend.logs.open(run, limits), paths);
    await container.close();
    await backend.logs.drain(run);
    await backend.logs.drain(run);
    await backend.logs.drain({ log: 'never-opened', run: 0 });
    t.is(await readAll(backend.logs, run), 'kept\n');
  },
  'of older runs, those that are still written stay': async (t, backend) => {
    const [first, second, third, fourth] = [0, 1, 2, 3].map((number) => ({ log: 'uid-1', run: number })) as [
      LogRun,
      LogRun,
      LogRun,
      LogRun,
    ];
    await writeRun(backend, first, 'first\n');
    const container = await backend.writer(await backend.logs.open(second, limits));
    await container.stdout('second\n');
    await writeRun(backend, third, 'third\n');
    await writeRun(backend, fourth, 'fourth\n');
    await container.stdout('goes on\n');
    await container.close();
    await backend.logs.drain(second);
    t.is(await readAll(backend.logs, first), '');
    t.is(await readAll(backend.logs, second), 'second\ngoes on\n');
    t.is(await readAll(backend.logs, fourth), 'fourth\n');
  },
  'a run whose task was never created drains at once': async (t, backend) => {
    await backend.logs.open(run, limits);
    const before = performance.now();
    await backend.logs.drain(run, 60_000);
    t.true(performance.now() - before < 50_000);
  },
  'a writer that stays does not hold up a drain beyond its deadline, and what it wrote is there': async (
    t,
    backend,
  ) => {
    const container = await backend.writer(await backend.logs.open(run, limits));
    await container.stdout('written\n');
    await backend.logs.drain(run, 50);
    t.is(await readAll(backend.logs, run), 'written\n');
    await container.close();
  },
  'this run and the one before are kept, older ones are not': async (t, backend) => {
    for (const number of [0, 1, 2]) await writeRun(backend, { log: 'uid-1', run: number }, `run ${number}\n`);
    t.is(await readAll(backend.logs, { log: 'uid-1', run: 0 }), '');
    t.is(await readAll(backend.logs, { log: 'uid-1', run: 1 }), 'run 1\n');
    t.is(await readAll(backend.logs, { log: 'uid-1', run: 2 }), 'run 2\n');
  },
  'the newest run is known, also when it wrote nothing and is over': async (t, backend) => {
    t.is(await backend.logs.latestRun('uid-1'), undefined);
    await writeRun(backend, run, 'x\n');
    await writeRun(backend, { log: 'uid-1', run: 1 }, '');
    t.is(await backend.logs.latestRun('uid-1'), 1);
    await backend.logs.open({ log: 'uid-1', run: 2 }, limits);
    t.is(await backend.logs.latestRun('uid-1'), 2);
  },
  'the tail is the end of the text, in whole characters': async (t, backend) => {
    await writeRun(backend, run, 'first\nsecond\nüüü\n');
    t.is(await backend.logs.tail(run, 2, 1000), 'second\nüüü\n');
    t.is(await backend.logs.tail(run, 80, 4), 'ü\n');
    t.is(await backend.logs.tail({ log: 'unknown', run: 0 }, 80, 100), '');
  },
  'logs are listed until they are removed, open runs included': async (t, backend) => {
    await writeRun(backend, { log: 'a', run: 0 }, 'x\n');
    const container = await backend.writer(await backend.logs.open({ log: 'b', run: 4 }, limits));
    t.deepEqual([...(await backend.logs.list())].sort(), ['a', 'b']);
    await backend.logs.remove('b');
    await backend.logs.remove('never-there');
    t.deepEqual(await backend.logs.list(), ['a']);
    await container.close();
  },
  'only so many files of so many bytes are kept': async (t, backend) => {
    const container = await backend.writer(await backend.logs.open(run, { maxBytes: 10_000, maxFiles: 3 }));
    await container.stdout(numbered(3000));
    await container.close();
    await backend.logs.drain(run);
    const kept = await readAll(backend.logs, run);
    t.true(kept.endsWith('line 2999\n'));
    t.true(numbered(3000).endsWith(kept), 'whole lines in order');
    t.true(kept.length > 3000 && kept.length < 30_000, String(kept.length));
  },
  'a run that is open goes on with other limits when it is opened with them': async (t, backend) => {
    const container = await backend.writer(await backend.logs.open(run, { maxBytes: 5000, maxFiles: 2 }));
    const length = async (): Promise<number> => (await readAll(backend.logs, run)).length;
    await container.stdout(numbered(3000));
    await eventually(async () => (await readAll(backend.logs, run)).endsWith('line 2999\n'));
    t.true((await length()) < 10_000);
    await backend.logs.open(run, { maxBytes: 50_000, maxFiles: 3 });
    await container.stdout(numbered(6000));
    await eventually(async () => (await readAll(backend.logs, run)).endsWith('line 5999\n'));
    t.true((await length()) > 20_000, 'more is kept');
    await backend.logs.open(run, { maxBytes: 5000, maxFiles: 2 });
    await container.stdout(numbered(3000));
    await container.close();
    await backend.logs.drain(run);
    const kept = await readAll(backend.logs, run);
    t.true(kept.endsWith('line 2999\n'));
    t.true(numbered(3000).endsWith(kept), 'whole lines in order');
    t.true(kept.length < 10_000, String(kept.length));
  },
  'a name that leads elsewhere is refused': async (t, backend) => {
    for (const log of ['../x', '', '.', '/etc', 'a/b']) {
      await t.throwsAsync(backend.logs.open({ log, run: 0 }, limits), { message: /cannot name a log/ });
    }
  },
};

/** Waits for a condition that an event elsewhere brings about. */
export async function eventually(condition: () => Promise<boolean>, milliseconds = 60_000): Promise<void> {
  for (const end = performance.now() + milliseconds; !(await condition());) {
    if (performance.now() > end) throw new Error(`not so after ${milliseconds} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
