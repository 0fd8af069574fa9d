/** Durable writes over HTTPS, and applies that change nothing. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bareCommits, bareDatabase } from '../bare-sqlite.ts';
import type { BenchRow } from '../row.ts';
import { median } from '../statistics.ts';
import { prepare } from './client.ts';
import { compare, type Work } from './compare.ts';
import type { ObjectsJob } from './jobs.ts';
import type { Verb } from './requests.ts';
import { openServers, type ApiOptions, type Servers } from './servers.ts';

/** About what a stored ConfigMap takes. */
const BARE_VALUE = Buffer.alloc(1000, 'x');

export async function benchWrites(options: ApiOptions): Promise<BenchRow[]> {
  await using servers = await openServers(options);
  const rows: BenchRow[] = [];
  for (const [writers, count] of [
    [16, 4000],
    [64, 8000],
  ] as const) {
    rows.push(await compare(servers, creates(servers, writers, count / options.divisor)));
  }
  rows.push(await compare(servers, again(servers, 'update', 'updates', 4000 / options.divisor)));
  rows.push(await compare(servers, again(servers, 'apply', 'applies without a change', 4000 / options.divisor)));
  // behind all others: a thousand requests would be over before a server is warm
  return [await oneWriter(servers), ...rows];
}

/** A commit each: bound by the disk, so that commits alone are measured beside it. */
async function oneWriter(servers: Servers): Promise<BenchRow> {
  const path = join(servers.ours.world.folder, 'bare.db');
  using database = bareDatabase(path);
  const count = 1000 / servers.divisor;
  const work = creates(servers, 1, count);
  const ratios: number[] = [];
  const row = await compare(servers, {
    ...work,
    async prepare(server, turn) {
      const job = await work.prepare(server, turn);
      if (server !== servers.ours || turn === 0 || turn > servers.turns) return job;
      const bare = bareCommits(database, BARE_VALUE, 1, count);
      return {
        async run() {
          const outcome = await job.run();
          ratios.push((count * 1000) / outcome.milliseconds / bare);
          return outcome;
        },
        [Symbol.asyncDispose]: () => job[Symbol.asyncDispose](),
      };
    },
  });
  await rm(path);
  return { ...row, note: `${median(ratios).toFixed(2)} of bare SQLite commits; ${row.note ?? ''}` };
}

const creates = (servers: Servers, connections: number, count: number): Work =>
  objectsWork(servers, {
    name: `creates, ${connections} writer${connections > 1 ? 's' : ''}`,
    unit: 'creates/s',
    count,
    job: (turn) => ({ verb: 'create', app: `w${connections}`, from: turn * count, connections, mark: '' }),
  });

const WRITERS = 16;

/** Requests about objects that are there: those that the sixteen writers made. */
const again = (servers: Servers, verb: Verb, what: string, count: number): Work =>
  objectsWork(servers, {
    name: `${what}, ${WRITERS} at once`,
    unit: `${verb === 'apply' ? 'applies' : what}/s`,
    count,
    job: (turn) => ({
      verb,
      app: `w${WRITERS}`,
      from: 0,
      connections: WRITERS,
      mark: verb === 'update' ? `${verb} ${turn}` : verb,
    }),
  });

interface ObjectsWork extends Pick<Work, 'name' | 'unit' | 'count'> {
  readonly job: (turn: number) => Omit<ObjectsJob, 'type' | 'target' | 'count'>;
}

function objectsWork({ signal }: Servers, { name, unit, count, job }: ObjectsWork): Work {
  return {
    name,
    unit,
    isRate: true,
    count,
    prepare: ({ target }, turn) => prepare({ type: 'objects', target, count, ...job(turn) }, signal),
  };
}
