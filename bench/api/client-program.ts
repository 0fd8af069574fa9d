/** The client, in a process of its own: does one job that comes over the IPC channel, and ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';
import { EventCount } from './event-count.ts';
import type { Job, ListsJob, Message, ObjectsJob, Outcome, WatchesJob } from './jobs.ts';
import { listRequest, objectRequest, versionRequest, watchRequest } from './requests.ts';
import type { Target } from './target.ts';

const say = (message: Message): void => void process.send?.(message);

/** Milliseconds on a clock that all processes of the machine share. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const started = Promise.withResolvers<void>();

async function perform(job: Job): Promise<Outcome> {
  switch (job.type) {
    case 'objects':
      return objects(job);
    case 'lists':
      return lists(job);
    case 'watches':
      return watches(job);
  }
}

/** Tells that all is prepared, and waits for the start. */
async function ready(): Promise<number> {
  say({ type: 'ready' });
  await started.promise;
  return now();
}

async function objects(job: ObjectsJob): Promise<Outcome> {
  const { verb, app, from, count, mark, everyMilliseconds = 0 } = job;
  const connections = await open(job.target, job.connections);
  const requests = Array.from({ length: mark === undefined ? 0 : count }, (_, index) =>
    objectRequest(verb, `${app}-${from + index}`, mark ?? ''),
  );
  const times: number[] = [];
  let bytes = 0;
  let next = 0;
  const start = await ready();
  await Promise.all(
    connections.map(async (connection) => {
      while (next < count) {
        const index = next++;
        const sent = now();
        const request = requests[index] ?? objectRequest(verb, `${app}-${from + index}`, String(sent));
        bytes += (await connection.request(request)).bytes;
        const took = now() - sent;
        times.push(took);
        if (took < everyMilliseconds) await sleep(everyMilliseconds - took);
      }
    }),
  );
  return outcome(now() - start, times, bytes);
}

async function lists({ target, as, count }: ListsJob): Promise<Outcome> {
  const [connection] = await open(target, 1);
  const request = listRequest(as);
  await untilListed(connection!, request);
  const times: number[] = [];
  let bytes = 0;
  const start = await ready();
  for (let index = 0; index < count; index++) {
    const sent = now();
    bytes += (await connection!.request(request)).bytes;
    times.push(now() - sent);
  }
  return outcome(now() - start, times, bytes);
}

/** A server that has just started may ask for patience (429) before its first list. */
async function untilListed(connection: Connection, request: Buffer): Promise<void> {
  for (let patience = 60; ; patience--) {
    try {
      await connection.request(request);
      return;
    } catch (error) {
      if (patience === 0 || !String(error).includes('answer 429')) throw error;
      await sleep(1000);
    }
  }
}

/** Every so many watches one tells how late its events are. */
const SAMPLED = 10;

async function watches({ target, watches: count, events }: WatchesJob): Promise<Outcome> {
  const version = await versionOf(target);
  const times: number[] = [];
  let bytes = 0;
  let resumed = 0;
  const counts: Promise<void>[] = [];
  for (const [index, connection] of (await open(target, count)).entries()) {
    const opened = Promise.withResolvers<void>();
    const complete = Promise.withResolvers<void>();
    complete.promise.catch(() => undefined);
    const seen = new EventCount(index % SAMPLED === 0 ? (mark) => void times.push(now() - Number(mark)) : undefined);
    const follow = async (): Promise<void> => {
      for (let from = version; seen.count < events; from = seen.version ?? from, resumed++) {
        await connection.request(watchRequest(from), (chunk) => {
          opened.resolve();
          bytes += chunk.length;
          if (seen.take(chunk) >= events) complete.resolve();
        });
      }
    };
    follow().catch((error: unknown) => {
      opened.reject(error);
      complete.reject(error);
    });
    counts.push(complete.promise);
    await opened.promise;
  }
  const start = await ready();
  await Promise.all(counts);
  return { ...outcome(now() - start, times, bytes), resumed };
}

async function versionOf(target: Target): Promise<string> {
  const [connection] = await open(target, 1);
  let text = '';
  await connection!.request(versionRequest(), (chunk) => (text += chunk.toString()));
  return /"resourceVersion":"(\d+)"/.exec(text)?.[1] ?? '0';
}

/** A few at a time, as a server has room for. */
async function open(target: Target, count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < count) {
    const few = Math.min(16, count - connections.length);
    connections.push(...(await Promise.all(Array.from({ length: few }, () => Connection.open(target)))));
  }
  return connections;
}

function outcome(milliseconds: number, times: number[], bytes: number): Outcome {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { milliseconds, p50: at(0.5), p99: at(0.99), bytes };
}

process.on('message', (message: Job | 'go') => {
  if (message === 'go') started.resolve();
  else
    perform(message).then(
      (done) => say({ type: 'outcome', ...done }),
      (error: unknown) => say({ type: 'failure', message: String(error) }),
    );
});
process.on('disconnect', () => process.exit());
