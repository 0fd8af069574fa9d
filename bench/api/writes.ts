/** Durable writes over HTTPS, and applies that change nothing. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bareCommits, bareDatabase } from '../bare-sqlite.ts';
import type { BenchRow } from '../row.ts';
import { median } from '../statistics.ts';
import { perform } from './client.ts';
import { compare, type Work } from './compare.ts';
import type { Verb } from './requests.ts';
import { openServers, type ApiOptions, type Servers } from './servers.ts';

/** About what a stored ConfigMap takes. */
const BARE_VALUE = Buffer.alloc(1000, 'x');

export async function benchWrites(options: ApiOptions): Promise<BenchRow[]> {
  await using servers = await openServers(options);
  const rows: BenchRow[] = [await oneWriter(servers)];
  for (const [writers, count] of [
    [16, 4000],
    [64, 8000],
  ] as const) {
    rows.push(await compare(servers, creates(servers, writers, count / options.divisor)));
  }
  rows.push(await compare(servers, again(servers, 'update', 'updates', 4000 / options.divisor)));
  rows.push(await compare(servers, again(servers, 'apply', 'applies without a change', 4000 / options.divisor)));
  return rows;
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
    async perform(server, turn) {
      const bare = server === servers.ours ? bareCommits(database, BARE_VALUE, 1, count) : 0;
      const outcome = await work.perform(server, turn);
      if (bare > 0 && turn > 0) ratios.push((count * 1000) / outcome.milliseconds / bare);
      return outcome;
    },
  });
  await rm(path);
  return { ...row, note: `${median(ratios).toFixed(2)} of bare SQLite commits; ${row.note ?? ''}` };
}

function creates({ signal }: Servers, connections: number, count: number): Work {
  return {
    name: `creates, ${connections} writer${connections > 1 ? 's' : ''}`,
    unit: 'creates/s',
    isRate: true,
    count,
    perform: ({ target }, turn) =>
      perform(
        {
          type: 'objects',
          target,
          verb: 'create',
          app: `w${connections}`,
          from: turn * count,
          count,
          connections,
          mark: '',
        },
        signal,
      ),
  };
}

const WRITERS = 16;

/** Requests about objects that are there: those that the sixteen writers made. */
function again({ signal }: Servers, verb: Verb, what: string, count: number): Work {
  return {
    name: `${what}, ${WRITERS} at once`,
    unit: `${verb === 'apply' ? 'applies' : what}/s`,
    isRate: true,
    count,
    perform: ({ target }, turn) =>
      perform(
        {
          type: 'objects',
          target,
          verb,
          app: `w${WRITERS}`,
          from: 0,
          count,
          connections: WRITERS,
          mark: verb === 'update' ? `${verb} ${turn}` : verb,
        },
        signal,
      ),
  };
}
