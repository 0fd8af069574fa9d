/** What every implementation of the BuildLogs port does. */
import type { ExecutionContext, TestFn } from 'ava';
import type { BuildLogEntry, BuildLogId, BuildLogs } from '../../runtime/ports/build-logs.ts';
import { rejects } from './containers.ts';

export interface BuildLogsBackend extends AsyncDisposable {
  readonly logs: BuildLogs;
}

const time = '2026-01-31T12:00:00.123456789Z';
const id: BuildLogId = { log: 'uid-1', number: 1 };

export const begin: BuildLogEntry = { type: 'begin', time, title: 'default/app', cause: 'FirstBuild' };
export const end: BuildLogEntry = { type: 'end', time, outcome: 'Succeeded', message: 'done' };
export const note = (message: string): BuildLogEntry => ({ type: 'note', time, message });
export const output = (data: string | Uint8Array): BuildLogEntry => {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return { type: 'log', step: 'sha256:a', stream: 'stdout', time, data: bytes };
};

const step: BuildLogEntry = {
  type: 'step',
  id: 'sha256:a',
  name: '[1/2] FROM scratch',
  inputs: ['sha256:b'],
  cached: false,
  started: time,
  completed: time,
  error: 'exit code: 7',
};
const progress: BuildLogEntry = {
  type: 'progress',
  step: 'sha256:a',
  id: 'extracting',
  current: 5,
  total: 10,
  time,
  completed: false,
};
const warning: BuildLogEntry = {
  type: 'warning',
  step: 'sha256:a',
  message: 'ä "quoted"\n',
  detail: ['more'],
  url: 'https://docs.example/rule',
  place: { file: 'Dockerfile', startLine: 3, endLine: 4, text: 'FROM scratch\n' },
};

type Body = (t: ExecutionContext, logs: BuildLogs) => Promise<void>;

/** Declares the suite's tests. */
export function buildLogsSuite(test: TestFn, name: string, open: () => Promise<BuildLogsBackend>): void {
  for (const [title, body] of Object.entries(bodies)) {
    test(`${name}: ${title}`, async (t) => {
      await using backend = await open();
      await body(t, backend.logs);
    });
  }
}

const all = (logs: BuildLogs, of: BuildLogId, follow = false, signal?: AbortSignal): Promise<BuildLogEntry[]> =>
  Array.fromAsync(logs.read(of, { follow, ...(signal === undefined ? {} : { signal }) }));

/** Asks for one entry after the other. */
function reader(logs: BuildLogs, of: BuildLogId, signal?: AbortSignal): () => Promise<BuildLogEntry | undefined> {
  const entries = logs.read(of, { follow: true, ...(signal === undefined ? {} : { signal }) })[Symbol.asyncIterator]();
  return async () => (await entries.next()).value as BuildLogEntry | undefined;
}

const bodies: Readonly<Record<string, Body>> = {
  'entries of every type are read back as they were, in order': async (t, logs) => {
    const writer = await logs.open(id);
    const cut = { ...end, excerpt: '>>> 3 | RUN false' } as const;
    const entries = [begin, step, progress, output('line\r\n\u001b[31mred'), warning, note('one'), cut];
    for (const entry of entries) writer.append(entry);
    await writer.close();
    t.deepEqual(await all(logs, id), entries);
    t.deepEqual(await all(logs, id, true), entries);
  },
  'output that is no text survives, byte for byte': async (t, logs) => {
    const writer = await logs.open(id);
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const half = new TextEncoder().encode('ä').subarray(0, 1);
    for (const data of [bytes, half, new Uint8Array(), new TextEncoder().encode('\ufeffx\u0000')])
      writer.append(output(data));
    await writer.close();
    t.deepEqual(
      await all(logs, id),
      [bytes, half, new Uint8Array(), new TextEncoder().encode('\ufeffx\u0000')].map(output),
    );
  },
  'what is appended is there for whoever comes while it is written': async (t, logs) => {
    const writer = await logs.open(id);
    t.deepEqual(await all(logs, id), []);
    writer.append(begin);
    writer.append(output('x'));
    t.deepEqual(await all(logs, id), [begin, output('x')]);
    writer.append(end);
    t.deepEqual(await all(logs, id), [begin, output('x'), end]);
    await writer.close();
  },
  'who follows gets entries as they come, and the end': async (t, logs) => {
    const writer = await logs.open(id);
    const next = reader(logs, id);
    writer.append(begin);
    t.deepEqual(await next(), begin);
    const second = next();
    writer.append(output('x'));
    t.deepEqual(await second, output('x'));
    const third = next();
    await writer.close();
    t.is(await third, undefined);
  },
  'many may follow, from the beginning each, and all see all of it': async (t, logs) => {
    const writer = await logs.open(id);
    const early = Array.from({ length: 5 }, () => all(logs, id, true));
    const entries = Array.from({ length: 3000 }, (_, at) => output(`line ${at} ${'x'.repeat(at % 97)}\n`));
    for (const entry of entries.slice(0, 1000)) writer.append(entry);
    const late = all(logs, id, true);
    for (const entry of entries.slice(1000)) writer.append(entry);
    await writer.close();
    for (const read of await Promise.all([...early, late])) t.deepEqual(read, entries);
  },
  'a signal ends who follows, and nobody else': async (t, logs) => {
    const writer = await logs.open(id);
    writer.append(begin);
    const leaving = new AbortController();
    const [gone, stays] = [reader(logs, id, leaving.signal), reader(logs, id)];
    t.deepEqual(await gone(), begin);
    t.deepEqual(await stays(), begin);
    const ending = gone();
    leaving.abort();
    t.is(await ending, undefined);
    writer.append(end);
    t.deepEqual(await stays(), end);
    t.deepEqual(await all(logs, id, true, AbortSignal.abort()), []);
    await writer.close();
    t.is(await stays(), undefined);
  },
  'there is no log of a number that was never opened': async (t, logs) => {
    await rejects(t, all(logs, id), 'NotFound');
    await (await logs.open(id)).close();
    t.deepEqual(await all(logs, id), []);
    await rejects(t, all(logs, { ...id, number: 2 }, true), 'NotFound');
  },
  'opening a number again throws the former log away, and ends who followed it': async (t, logs) => {
    const former = await logs.open(id);
    former.append(begin);
    const next = reader(logs, id);
    t.deepEqual(await next(), begin);
    const ending = next();
    const writer = await logs.open(id);
    t.is(await ending, undefined);
    former.append(note('nobody sees it'));
    await former.close();
    writer.append(end);
    t.deepEqual(await all(logs, id), [end]);
    await writer.close();
  },
  'closing twice is closing once, and nothing comes behind it': async (t, logs) => {
    const writer = await logs.open(id);
    writer.append(begin);
    await Promise.all([writer.close(), writer.close()]);
    writer.append(end);
    await writer.close();
    t.deepEqual(await all(logs, id, true), [begin]);
  },
  'numbers that are not kept go, and owners that are removed go': async (t, logs) => {
    for (const number of [1, 2, 3, 10]) await (await logs.open({ log: 'uid-1', number })).close();
    await (await logs.open({ log: 'uid-2', number: 1 })).close();
    await logs.keep('uid-1', [2, 10, 99]);
    await logs.keep('uid-nobody', [1]);
    for (const number of [2, 10]) t.deepEqual(await all(logs, { log: 'uid-1', number }), []);
    for (const number of [1, 3]) await rejects(t, all(logs, { log: 'uid-1', number }), 'NotFound');
    t.deepEqual([...(await logs.list())].toSorted(), ['uid-1', 'uid-2']);
    await logs.remove('uid-1');
    await logs.remove('uid-1');
    t.deepEqual(await logs.list(), ['uid-2']);
    await rejects(t, all(logs, { log: 'uid-1', number: 2 }), 'NotFound');
  },
  'removing a log that is written ends its readers, and its writer does no harm': async (t, logs) => {
    const writer = await logs.open(id);
    const following = all(logs, id, true);
    writer.append(begin);
    const next = reader(logs, id);
    t.deepEqual(await next(), begin);
    await logs.remove('uid-1');
    t.deepEqual(await following, [begin]);
    writer.append(end);
    await writer.close();
    t.deepEqual(await logs.list(), []);
  },
  'what cannot be a name is refused': async (t, logs) => {
    for (const log of ['', '..', 'a/b', '.hidden']) await rejects(t, logs.open({ log, number: 1 }), 'InvalidArgument');
    await rejects(t, all(logs, { log: '../x', number: 1 }), 'InvalidArgument');
  },
};
