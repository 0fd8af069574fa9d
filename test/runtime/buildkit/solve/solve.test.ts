import test from 'ava';
import type { BuildEvent, BuildRequest } from '../../../../runtime/ports/builders.ts';
import { build } from '../../../../runtime/buildkit/build.ts';
import { createControl } from '../../../../runtime/buildkit/control.ts';
import { askFacts } from '../../../../runtime/buildkit/facts.ts';
import { solve } from '../../../../runtime/buildkit/solve/solve.ts';
import { plainRequest } from '../../../support/buildkit/build-folder.ts';
import { openScripted, type Script, type StatusCall } from './scripted-builder.ts';

const at = (seconds: number): { seconds: bigint; nanos: number } => ({ seconds: BigInt(seconds), nanos: 0 });
const JOB = { ref: 'r', sessionId: 's', sharedKey: 'k', methods: new Map(), request: { frontend: 'f' } };

/** Runs a solve, and tells what was heard: a step as `name`, `name done`, and what it printed. */
async function run(script: Script): Promise<{ heard: string[]; connections: number; failed: boolean }> {
  using builder = openScripted(script);
  using control = createControl(builder.endpoint);
  const heard: string[] = [];
  const onEvent = (event: BuildEvent): void => {
    if (event.type === 'step') heard.push(event.completed === undefined ? event.name : `${event.name} done`);
    if (event.type === 'log') heard.push(Buffer.from(event.data).toString());
    if (event.type === 'warning') heard.push(event.message);
  };
  const outcome = await solve(control, JOB, onEvent, new AbortController().signal);
  return { heard, connections: builder.connections, failed: outcome.type === 'failed' };
}

const one = { digest: 'one', name: 'one', started: at(1) };
const log = (second: number, text: string) => ({
  vertex: 'one',
  stream: 1n,
  timestamp: at(second),
  msg: Buffer.from(text),
});
const warning = { vertex: 'one', short: Buffer.from('careful') };

test('what a builder tells is heard to its end over another connection when the first is lost, each thing once', async (t) => {
  const done = Promise.withResolvers<void>();
  const { heard, connections, failed } = await run({
    solve: () => done.promise,
    status: (call, count) => {
      call.tell({ vertexes: [one], logs: [log(1, 'a')], warnings: [warning] });
      if (count === 1) {
        call.tell({ vertexes: [{ ...one, completed: at(2) }] });
        setTimeout(() => call.lose(), 20);
        return;
      }
      call.tell({ vertexes: [{ ...one, completed: at(2) }], logs: [log(2, 'b')] });
      call.tell({ vertexes: [{ digest: 'two', name: 'two', started: at(3), completed: at(4) }] });
      call.end();
      done.resolve();
    },
  });
  t.false(failed);
  t.deepEqual(heard, ['one', 'a', 'careful', 'one done', 'b', 'two done']);
  t.is(connections, 3, 'one for the build, two for what it tells');
});

test('a builder that nobody can hear any more builds to its end', async (t) => {
  const done = Promise.withResolvers<void>();
  let asked = 0;
  const { failed } = await run({
    solve: () => done.promise,
    status: (call, count) => {
      asked = count;
      setImmediate(() => call.lose());
      if (count === 4) setTimeout(() => done.resolve(), 50);
    },
  });
  t.false(failed);
  t.is(asked, 4);
});

test('a build that ends while nobody hears it waits for nobody', async (t) => {
  const done = Promise.withResolvers<void>();
  let asked = 0;
  await run({
    solve: () => done.promise,
    status: (call, count) => {
      asked = count;
      setImmediate(() => call.lose());
      setTimeout(() => done.resolve(), 20);
    },
  });
  t.is(asked, 1);
});

test('what a build tells is without the passwords that stand in it', async (t) => {
  const tell = (call: StatusCall): void => {
    call.tell({
      vertexes: [
        { digest: 'd', name: 'ADD https://me:pass@host/x /', started: at(1), error: 'GET https://me:pass@host/x' },
      ],
    });
    call.end();
  };
  using builder = openScripted({ solve: () => Promise.resolve(), status: tell });
  using control = createControl(builder.endpoint);
  const facts = async () => askFacts(builder.endpoint, await control.connection(), undefined);
  const heard: BuildEvent[] = [];
  const request: BuildRequest = plainRequest({ path: '/nonexistent', sharedKey: 'x' });
  await build(
    { control, facts, newId: () => 'n', hostId: 'h' },
    request,
    (event) => heard.push(event),
    new AbortController().signal,
  );
  t.like(heard[0], { name: 'ADD https://***@host/x /', error: 'GET https://***@host/x' });
});
