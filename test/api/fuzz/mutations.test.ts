import test from 'ava';
import * as fc from 'fast-check';
import { agentFor, ApiProcess } from '../../support/api-process.ts';
import { attempt, type Attempt } from './mutate.ts';
import { problemOf, send } from './send.ts';

/** `TSMOBY_FUZZ_REQUESTS=100000 npx ava test/api/fuzz/mutations.test.ts`: the long run. `TSMOBY_FUZZ_SEED` repeats one. */
const REQUESTS = Number(process.env['TSMOBY_FUZZ_REQUESTS'] ?? 10_000);
const SEED = Number(process.env['TSMOBY_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const AT_ONCE = 16;
/** No request may hold the event loop for longer. */
const STALL_MS = 100;

/** Start-up, a window of 4 MiB for each of a dozen kinds, and 24 MiB of decoded objects. */
const HEAP_MIB = 110;

const show = ({ body, ...rest }: Attempt): string =>
  JSON.stringify({ ...rest, body: body && Buffer.from(body).toString('latin1') });

test('no request, however bent, is answered with a fault, harms the server, or stays in its memory', async (t) => {
  t.timeout(60_000 + REQUESTS * 20);
  await using server = await ApiProcess.start();
  const way = SEED % 2 === 0 ? server.unix : await server.https();
  const agent = agentFor(way, AT_ONCE);
  t.teardown(() => agent.destroy());
  t.log(`seed ${String(SEED)}, ${String(REQUESTS)} requests over ${way.secure ? 'HTTPS' : 'the unix socket'}`);
  const codes = new Map<number, number>();
  const problems: string[] = [];
  const run = async (count: number, seed: number): Promise<void> => {
    const attempts = fc.sample(attempt, { numRuns: count, seed });
    const rest = attempts.values();
    const worker = async (): Promise<void> => {
      for (const one of rest) {
        const reply = await send(way, agent, one).catch((error: unknown) => String(error));
        const problem = typeof reply === 'string' ? reply : problemOf(reply, one);
        if (problem !== undefined && problems.length < 10) problems.push(`${problem}\n  ${show(one).slice(0, 1500)}`);
        if (typeof reply !== 'string') codes.set(reply.code, (codes.get(reply.code) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  const slices = Math.ceil(REQUESTS / 2000);
  await run(2000, SEED - 1);
  const before = await server.facts();
  const stalls: number[] = [];
  const heaps: number[] = [];
  let after = before;
  for (let slice = 0; slice < slices; slice++) {
    await run(Math.min(2000, REQUESTS - slice * 2000), SEED + slice);
    after = await server.facts();
    stalls.push(Math.round(after.stallMs));
    heaps.push(after.heapBytes >> 20);
    problems.push(...after.errors);
    if (problems.length > 0) break;
  }
  t.log(`codes ${JSON.stringify(Object.fromEntries([...codes].sort(([a], [b]) => a - b)))}`);
  t.log(
    `heap ${String(before.heapBytes >> 20)} -> ${String(after.heapBytes >> 20)} MiB, files ${String(before.openFiles)} -> ${String(after.openFiles)}, stalls ${String(Math.max(...stalls))} ms`,
  );
  t.deepEqual(problems, [], `seed ${String(SEED)}`);
  t.true(server.alive);
  for (const code of [200, 201, 400, 404, 405, 409, 415, 422])
    t.true((codes.get(code) ?? 0) > 0, `some must come as far as ${String(code)}`);
  // windows of changes and decoded objects fill up to their limits; beyond these nothing may stay
  t.true(Math.max(...heaps) < HEAP_MIB, `heap ${heaps.join(' ')} MiB`);
  t.true(after.openFiles < before.openFiles + 10);
  t.true(stalls.toSorted((a, b) => a - b)[Math.floor(stalls.length / 2)]! < STALL_MS, `stalls ${stalls.join(' ')}`);
});
