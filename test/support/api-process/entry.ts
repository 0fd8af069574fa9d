/** An API server on sqlite, alone in a process: on a unix socket and on HTTPS, measured from inside. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiServer } from '../../../api/server.ts';
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import { ALL_KINDS } from '../client-world.ts';

/** What it knows about itself, in bytes, milliseconds and counts. */
export interface ProcessFacts {
  /** After a garbage collection. */
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly residentBytes: number;
  readonly openFiles: number;
  /** The most processor time that one turn of the event loop took since the last question: whoever waits for it waits that long. */
  readonly stallMs: number;
  readonly watchers: number;
  /** Lines at level `error`, with what was wrong. */
  readonly errors: readonly string[];
}

const [directory = '', port = '0'] = process.argv.slice(2);
const errors: string[] = [];
const ignore = () => undefined;
const log = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ({ err, ...fields }: { readonly err?: unknown }, message: string) => {
    errors.push(
      `${message} ${JSON.stringify(fields)} ${err instanceof Error ? (err.stack ?? err.message) : String(err)}`,
    );
  },
};

/** Processor time, since on a busy machine a turn takes any time at all. */
let stallMs = 0;
let used = process.threadCpuUsage();
setInterval(() => {
  const { user, system } = process.threadCpuUsage(used);
  stallMs = Math.max(stallMs, (user + system) / 1000);
  used = process.threadCpuUsage();
}, 5);
const store = await openSqliteStore(join(directory, 'store.db'));
const server = await createApiServer({
  store,
  kinds: ALL_KINDS,
  clock: { now: () => Date.now() },
  log,
  version: '0.0.0-test',
});
await server.listenUnix({ path: join(directory, 's') });
const https = await server.listenHttps({
  host: '127.0.0.1',
  port: Number(port),
  certDirectory: join(directory, 'pki'),
  kubeconfig: join(directory, 'kubeconfig'),
});

async function facts(): Promise<ProcessFacts> {
  const stalled = stallMs;
  // twice: what the first collection lets go of may hold more
  for (let n = 0; n < 2; n++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  used = process.threadCpuUsage();
  stallMs = 0;
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed,
    externalBytes: external,
    residentBytes: rss,
    openFiles: (await readdir('/proc/self/fd')).length,
    stallMs: stalled,
    watchers: ALL_KINDS.reduce((sum, { group, plural }) => sum + (server.kind(group, plural)?.cache.watchers ?? 0), 0),
    errors: errors.splice(0),
  };
}

process.on('message', (question) => {
  if (question === 'facts') void facts().then((answer) => process.send?.(answer));
});
// nobody is left to ask
process.on('disconnect', () => process.exit());
process.send?.({ address: https.address });
