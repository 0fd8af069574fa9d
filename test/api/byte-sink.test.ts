import test from 'ava';
import * as fc from 'fast-check';
import { ByteSink } from '../../api/byte-sink.ts';

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 3000 }).map((text) => ({ text })),
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => ({ bytes })),
  fc.constant({ take: true as const }),
);

test('what is taken out, piece by piece, is what was written, in its order', (t) => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const sink = new ByteSink();
      const taken: Uint8Array[] = [];
      for (const each of pieces) {
        if ('text' in each) sink.text(each.text);
        else if ('bytes' in each) sink.bytes(each.bytes);
        else taken.push(sink.take());
      }
      const { length } = sink;
      const last = sink.take();
      t.is(last.length, length);
      const written = pieces.map((each) =>
        'text' in each ? Buffer.from(each.text) : 'bytes' in each ? each.bytes : [],
      );
      t.deepEqual(Buffer.concat([...taken, last]), Buffer.concat(written.map((each) => Buffer.from(each))));
    }),
  );
});

test('a text is put into the middle of bytes, behind what was there', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), fc.nat(), fc.nat(4), (source, place, skipped) => {
      const start = Math.min(skipped, source.length);
      const cut = start + (place % (source.length - start + 1));
      const sink = new ByteSink(1);
      sink.text('before');
      sink.spliced(source, start, cut, 'inserted');
      const parts = [Buffer.from('before'), source.subarray(start, cut), Buffer.from('inserted'), source.subarray(cut)];
      t.deepEqual(sink.take(), Buffer.concat(parts));
    }),
  );
});

test('bytes that were taken stay as they were while others are written', (t) => {
  const sink = new ByteSink();
  sink.text('first');
  const first = sink.take();
  sink.text('other');
  t.is(Buffer.from(first).toString(), 'first');
  sink.take();
  sink.reuse();
  sink.text('third');
  t.is(Buffer.from(first).toString(), 'first');
  t.is(Buffer.from(sink.take()).toString(), 'third');
});
