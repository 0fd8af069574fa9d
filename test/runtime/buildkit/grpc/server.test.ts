/** Our end of a session, with a peer that speaks HTTP/2 in this process. */
import test from 'ava';
import { once } from 'node:events';
import { RuntimeError } from '../../../../runtime/errors.ts';
import { StatusError, type ServerCall, type ServerMethod } from '../../../../runtime/buildkit/grpc/server.ts';
import { messagesOf } from '../../../../runtime/buildkit/grpc/frames.ts';
import { framed, openPeer, outcome, request, socketPair } from './session-peer.ts';

const methods = (entries: Readonly<Record<string, ServerMethod>>): ReadonlyMap<string, ServerMethod> =>
  new Map(Object.entries(entries));

test('a method gets the messages, and its answers go back', async (t) => {
  await using peer = openPeer(
    methods({
      '/s/Echo': async (call) => {
        for await (const message of call.messages)
          await call.send(Buffer.from(`got ${Buffer.from(message).toString()}`));
      },
    }),
  );
  const stream = request(peer.client, '/s/Echo');
  stream.write(framed('a'));
  stream.end(framed('b', 'c'));
  const { messages, trailers } = await outcome(stream);
  t.deepEqual(messages, ['got a', 'got b', 'got c']);
  t.is(trailers['grpc-status'], '0');
});

test('a call ends at once when its method does, though the peer has not half-closed', async (t) => {
  await using peer = openPeer(methods({ '/s/Once': (call) => call.send(Buffer.from('done')) }));
  const stream = request(peer.client, '/s/Once');
  const { messages, trailers } = await outcome(stream);
  t.deepEqual(messages, ['done']);
  t.is(trailers['grpc-status'], '0');
});

test('the health check is always served', async (t) => {
  await using peer = openPeer(methods({}));
  const stream = request(peer.client, '/grpc.health.v1.Health/Check');
  stream.end(framed(''));
  const { messages, trailers } = await outcome(stream);
  t.deepEqual(messages, ['\b\u0001']);
  t.is(trailers['grpc-status'], '0');
});

test('repeated metadata stays apart, whatever is in it, and thousands of values pass', async (t) => {
  let seen: ServerCall | undefined;
  await using peer = openPeer(methods({ '/s/Look': async (call) => void (seen = call) }));
  const patterns = ['a, b', 'c', ...Array.from({ length: 4_000 }, (_, at) => `pattern-${at}`)];
  const stream = request(peer.client, '/s/Look', { 'exclude-patterns': patterns, 'dir-name': 'context' });
  const { trailers } = await outcome(stream);
  t.is(trailers['grpc-status'], '0');
  t.deepEqual(seen?.header('exclude-patterns'), patterns);
  t.deepEqual(seen?.header('dir-name'), ['context']);
  t.deepEqual(seen?.header('nothing'), []);
});

test('what a method throws is the status: its own, or unknown without the password in an address', async (t) => {
  await using peer = openPeer(
    methods({
      '/s/Missing': () => Promise.reject(new StatusError(5, 'no secret “ä”')),
      '/s/Broken': () => Promise.reject(new RuntimeError('Internal', 'cannot read\nhttps://me:secret@host/x')),
      '/s/Late': async (call) => {
        await call.send(Buffer.from('first'));
        throw new StatusError(9, 'changed');
      },
    }),
  );
  const status = async (path: string): Promise<unknown> => {
    const { messages, trailers } = await outcome(request(peer.client, path));
    return [messages, trailers['grpc-status'], trailers['grpc-message']];
  };
  t.deepEqual(await status('/s/Missing'), [[], '5', 'no secret %E2%80%9C%C3%A4%E2%80%9D']);
  t.deepEqual(await status('/s/Broken'), [[], '2', 'cannot read https://***@host/x']);
  t.deepEqual(await status('/s/Late'), [['first'], '9', 'changed']);
  t.deepEqual(await status('/s/Other'), [[], '12', 'no such method: /s/Other']);
});

test('a sender waits for a peer that does not read, and goes on when it does', async (t) => {
  const sent: number[] = [];
  await using peer = openPeer(
    methods({
      '/s/Much': async (call) => {
        for (let at = 0; at < 64; at++) {
          await call.send(Buffer.alloc(256 * 1024, at));
          sent.push(at);
        }
      },
    }),
  );
  const stream = request(peer.client, '/s/Much');
  await once(stream, 'response');
  await new Promise((resolve) => setImmediate(resolve));
  t.true(sent.length < 60, `${sent.length} of 64 were sent to nobody`);
  const { messages, trailers } = await outcome(stream);
  t.is(messages.length, 64);
  t.is(trailers['grpc-status'], '0');
});

for (const [kind, ends] of [
  ['in this process', undefined],
  ['of the kernel', socketPair],
] as const) {
  test(`memory that is told to be free is not looked at any more: a connection ${kind}`, async (t) => {
    const [count, bytes] = [200, 100_000];
    let made = 0;
    const make = (): Buffer => {
      made++;
      return Buffer.allocUnsafe(bytes);
    };
    const free: Buffer[] = [];
    const send: ServerMethod = async (call) => {
      for (let index = 0; index < count; index++) {
        const buffer = free.pop() ?? make();
        buffer.fill(index);
        await call.send(buffer, () => void free.push(buffer));
      }
    };
    await using peer = openPeer(methods({ '/s/Fill': send }), await ends?.());
    let index = 0;
    for await (const message of messagesOf(request(peer.client, '/s/Fill'))) {
      t.true(Buffer.alloc(bytes, index).equals(message), `message ${index}`);
      index++;
    }
    t.is(index, count);
    t.true(made < count / 2, `${made} pieces of memory for ${count} messages`);
  });
}

test('a sender that waits ends with a call that the peer gives up', async (t) => {
  const ends = Promise.withResolvers<unknown>();
  await using peer = openPeer(
    methods({
      '/s/Much': async (call) => {
        try {
          for (;;) await call.send(Buffer.alloc(256 * 1024));
        } catch (error) {
          ends.resolve([error instanceof StatusError, call.signal.aborted]);
        }
      },
    }),
  );
  const much = request(peer.client, '/s/Much');
  await once(much, 'response');
  much.close(8);
  t.deepEqual(await ends.promise, [true, true]);
});

test('a connection that breaks ends all calls and the session, and no reader takes that for the end', async (t) => {
  const reads = Promise.withResolvers<unknown>();
  const gone = Promise.withResolvers<void>();
  await using peer = openPeer(
    methods({
      '/s/Read': async (call) => {
        call.signal.addEventListener('abort', () => gone.resolve());
        await call.send(Buffer.from('ready'));
        try {
          for await (const _ of call.messages) await call.send(Buffer.from('more'));
          reads.resolve('ended');
        } catch {
          reads.resolve('failed');
        }
      },
    }),
  );
  const stream = request(peer.client, '/s/Read');
  await once(stream, 'response');
  peer.ends[1].destroy();
  peer.ends[0].destroy();
  t.is(await reads.promise, 'failed');
  await gone.promise;
  if (!peer.served.signal.aborted) await once(peer.served.signal, 'abort');
});

test('disposing the session waits for its methods', async (t) => {
  let done = false;
  const peer = openPeer(
    methods({
      '/s/Wait': async (call) => {
        await call.send(Buffer.from('ready'));
        await once(call.signal, 'abort').catch(() => undefined);
        await new Promise((resolve) => setImmediate(resolve));
        done = true;
      },
    }),
  );
  const stream = request(peer.client, '/s/Wait');
  await once(stream, 'response');
  await peer.served[Symbol.asyncDispose]();
  t.true(done);
  peer.ends[1].destroy();
});
