/** Calls of ours, with a server that speaks HTTP/2 in this process. */
import test from 'ava';
import { once } from 'node:events';
import type { CallError } from '../../../../runtime/buildkit/grpc/status.ts';
import { answer, openServer, read, received } from './server-peer.ts';

const OK = { 'grpc-status': '0' };
const bytes = (text: string): Uint8Array => Buffer.from(text);

async function failure(work: Promise<unknown>): Promise<Partial<CallError>> {
  try {
    await work;
  } catch (error) {
    return error as CallError;
  }
  throw new Error('it did not fail');
}

test('messages go out and come back, in both directions at once', async (t) => {
  using peer = openServer(async (stream) => answer(stream, ['got', ...(await received(stream))], OK));
  const call = peer.connection.call('/s/Echo');
  await call.send([bytes('a'), bytes('b')]);
  await call.send([bytes('c')]);
  call.end();
  t.deepEqual(await read(call.messages()), ['got', 'a', 'b', 'c']);
  await call.ended;
});

test('a list of values becomes that many headers', async (t) => {
  let seen: readonly string[] = [];
  using peer = openServer((stream, rawHeaders) => {
    seen = rawHeaders.filter((_, at) => rawHeaders[at - 1] === 'method');
    answer(stream, [], OK);
  });
  const call = peer.connection.call('/s/Look', { headers: { method: ['/a, b', '/c'] } });
  call.end();
  await read(call.messages());
  t.deepEqual(seen, ['/a, b', '/c']);
});

test('a status in the trailers, with details and an encoded message', async (t) => {
  const details = Buffer.from('details');
  using peer = openServer((stream) =>
    answer(stream, ['first'], {
      'grpc-status': '5',
      'grpc-message': 'no such %C3%A4',
      'grpc-status-details-bin': details.toString('base64').replace(/=+$/, ''),
    }),
  );
  const call = peer.connection.call('/s/Get');
  call.end();
  const seen: string[] = [];
  const error = await failure(
    (async () => {
      for await (const message of call.messages()) seen.push(Buffer.from(message).toString());
    })(),
  );
  t.deepEqual(seen, ['first']);
  t.like(error, { status: 5, message: 'no such ä', path: '/s/Get', lost: false, cancelledByUs: false });
  t.is(Buffer.from(error.details ?? []).toString(), 'details');
});

test('a status in the headers, where there is nothing else', async (t) => {
  using peer = openServer((stream) =>
    stream.respond({ ':status': 200, 'grpc-status': '12', 'grpc-message': 'unknown' }, { endStream: true }),
  );
  const call = peer.connection.call('/s/Nope');
  call.end();
  t.like(await failure(read(call.messages())), { status: 12, message: 'unknown' });
});

test('an answer that is none of gRPC says what it was', async (t) => {
  using peer = openServer((stream) => stream.respond({ ':status': 404 }, { endStream: true }));
  const call = peer.connection.call('/s/Nope');
  call.end();
  t.like(await failure(read(call.messages())), { status: 14, message: 'it answered with HTTP 404' });
});

test('a signal cancels the call on both sides', async (t) => {
  const closed = Promise.withResolvers<number>();
  const abort = new AbortController();
  using peer = openServer((stream) => {
    stream.once('close', () => closed.resolve(stream.rstCode));
    abort.abort(new Error('enough'));
  });
  const call = peer.connection.call('/s/Wait', { signal: abort.signal });
  call.end();
  const error = await failure(read(call.messages()));
  t.like(error, { status: 1, cancelledByUs: true });
  t.is((error.cause as Error).message, 'enough');
  t.is(await closed.promise, 8);
  t.throws(() => peer.connection.call('/s/Wait', { signal: abort.signal }), { message: 'cancelled' });
});

test('a call that has a deadline is given up then', async (t) => {
  using peer = openServer(() => undefined);
  const call = peer.connection.call('/s/Wait', { deadline: 5 });
  call.end();
  t.like(await failure(read(call.messages())), { status: 4, cancelledByUs: false, lost: false });
});

test('leaving the answers early cancels the call', async (t) => {
  const closed = Promise.withResolvers<void>();
  using peer = openServer((stream) => {
    stream.once('close', () => closed.resolve());
    stream.respond({ ':status': 200 });
    stream.write(Buffer.from([0, 0, 0, 0, 1, 65, 0, 0, 0, 0, 1, 66]));
  });
  const call = peer.connection.call('/s/Many');
  call.end();
  for await (const _ of call.messages()) break;
  await closed.promise;
  t.pass();
});

test('a connection that goes away ends the call as lost, a sender that waits too, and takes no new ones', async (t) => {
  const opened = Promise.withResolvers<void>();
  using peer = openServer((stream) => {
    stream.respond({ ':status': 200 });
    opened.resolve();
  });
  const call = peer.connection.call('/s/Much');
  const sending = failure(
    (async () => {
      for (;;) await call.send([new Uint8Array(256 * 1024)]);
    })(),
  );
  const reading = failure(read(call.messages()));
  await opened.promise;
  peer.ends[1].destroy();
  peer.ends[0].destroy();
  t.like(await reading, { status: 14, lost: true });
  t.like(await sending, { status: 14, lost: true });
  if (!peer.connection.lost.aborted) await once(peer.connection.lost, 'abort');
  t.throws(() => peer.connection.call('/s/More'), { message: /the connection ended/ });
});

test('a server that says goodbye lets calls end, and the connection is no good for new ones', async (t) => {
  using peer = openServer(async (stream) => {
    peer.session.goaway();
    answer(stream, await received(stream), OK);
  });
  const call = peer.connection.call('/s/Echo');
  await call.send([bytes('a')]);
  call.end();
  t.deepEqual(await read(call.messages()), ['a']);
  t.true(peer.connection.lost.aborted);
});
