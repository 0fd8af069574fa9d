import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { build } from 'esbuild';
import { temporaryDirectory } from '../api/store/directory.ts';
import { parseAcknowledged } from './store/values.ts';
import type { Acknowledged } from './store/values.ts';
import { verify } from './store/verify.ts';

const LANES = 8;
const ROUNDS = 26;

/** What a kill destroys stays destroyed, so the log is read back whole every so often, not after each kill. */
const VERIFY_EVERY = 9;

/** Mulberry32: the failing seed is in the test's log. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets a process write for `milliseconds` after its first acknowledgement, then kills it in the middle of things. */
async function writeAndKill(program: string, args: readonly string[], milliseconds: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await sleep(milliseconds);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error(`the writing process ended by itself (${signal})`);
  return parseAcknowledged(Buffer.concat(chunks).toString());
}

async function crashLane(t: ExecutionContext, programs: Programs, lane: number, seed: number): Promise<void> {
  const random = randomOf(seed);
  const path = join(await temporaryDirectory(t), 'store.db');
  const compacts = lane % 4 === 3;
  const all: Acknowledged[] = [];
  let revision = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const args = [path, String(round * 1_000_000), '16', programs.worker, ...(compacts ? ['compact'] : [])];
    const acknowledged = await writeAndKill(programs.writer, args, Math.floor(random() * 60));
    if (acknowledged.some((each) => each.revision <= revision)) t.fail(`a revision went back (seed ${seed})`);
    for (const each of acknowledged) revision = Math.max(revision, each.revision);
    all.push(...acknowledged);
    if (round % VERIFY_EVERY === 0 || round === ROUNDS) revision = await verify(t, path, all, compacts);
  }
  t.log(`seed ${seed}: ${ROUNDS} kills, ${all.length} acknowledged writes, revision ${revision}`);
  t.true(all.length > ROUNDS);
}

interface Programs {
  readonly writer: string;
  readonly worker: string;
}

/** As in the published build: plain JavaScript, the worker an entry of its own. Starts in a third of the time. */
async function bundle(directory: string): Promise<Programs> {
  const source = (path: string) => new URL(path, import.meta.url).pathname;
  await build({
    entryPoints: { writer: source('./store/writer.ts'), worker: source('../../api/store/sqlite/worker.ts') },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return { writer: join(directory, 'writer.mjs'), worker: pathToFileURL(join(directory, 'worker.mjs')).href };
}

test('after SIGKILL at any moment every acknowledged write is there, none is half there, revisions only grow', async (t) => {
  t.timeout(600_000);
  const seed = Date.now() % 1_000_000;
  const programs = await bundle(await temporaryDirectory(t));
  // Two at once: one is writing while the other is being killed, started or verified.
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const work = async () => {
    for (let lane = lanes.shift(); lane !== undefined; lane = lanes.shift())
      await crashLane(t, programs, lane, seed + lane);
  };
  await Promise.all([work(), work()]);
});
