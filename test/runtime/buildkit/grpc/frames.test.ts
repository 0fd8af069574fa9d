import test from 'ava';
import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { frameAll, messagesOf, Unframer } from '../../../../runtime/buildkit/grpc/frames.ts';
import { decodeMessage, encodeMessage } from '../../../../runtime/buildkit/grpc/status.ts';

test('messages come out as they went in, however the bytes are cut', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 17 })),
      (messages, sizes) => {
        const bytes = frameAll(messages);
        const unframer = new Unframer();
        const seen: number[][] = [];
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value;
          for (const message of unframer.push(bytes.subarray(at, at + size))) seen.push([...message]);
          at += size;
        }
        return !unframer.isAmidst && JSON.stringify(seen) === JSON.stringify(messages.map((message) => [...message]));
      },
    ),
  );
  t.pass();
});

test('a message that is too large, compressed, or cut off is an error', async (t) => {
  t.throws(() => [...new Unframer(10).push(frameAll([new Uint8Array(11)]))], { message: /11 bytes, 10 are allowed/ });
  t.throws(() => [...new Unframer().push(Uint8Array.of(1, 0, 0, 0, 0))], { message: /compressed/ });
  const cut = Readable.from([frameAll([new Uint8Array(11)]).subarray(0, 9)], { objectMode: false });
  await t.throwsAsync(
    async () => {
      for await (const _ of messagesOf(cut));
    },
    { message: /in the middle of a message/ },
  );
});

test('status messages survive the way through a header', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const encoded = encodeMessage(text);
      return /^[\x20-\x7e]*$/.test(encoded) && decodeMessage(encoded) === text.toWellFormed();
    }),
  );
  t.is(decodeMessage('100% sure, 50%zz'), '100% sure, 50%zz');
});
