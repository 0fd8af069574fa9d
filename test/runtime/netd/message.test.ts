import { decode, encode, type OptAnswer } from 'dns-packet';
import test from 'ava';
import { assert, boolean, property, uint8Array } from 'fast-check';
import {
  bareAnswer,
  decodeQuery,
  encodeAnswer,
  readQuery,
  refusalOf,
  type Query,
} from '../../../runtime/netd/program/message.ts';

const opt: OptAnswer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 4096,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

function query(more: Parameters<typeof encode>[0] = {}): Query {
  const bytes = encode({ type: 'query', id: 7, flags: 0x100, questions: [{ name: 'Web', type: 'A' }], ...more });
  const read = readQuery(bytes);
  if (!read) throw new Error('no query');
  return read;
}

test('an answer repeats id and question as they were asked', (t) => {
  const decoded = decodeQuery(query());
  const answer = decode(encodeAnswer(decoded as NonNullable<typeof decoded>, [{ type: 'A', data: '10.0.0.1' }], 512));
  t.like(answer, {
    id: 7,
    type: 'response',
    flag_aa: true,
    flag_ra: true,
    flag_rd: true,
    flag_tc: false,
    additionals: [],
  });
  t.is(answer.questions?.[0]?.name, 'Web');
  t.like(answer.answers?.[0], { name: 'Web', ttl: 1, data: '10.0.0.1' });
});

test('what does not fit is left out, and the answer says so', (t) => {
  const decoded = decodeQuery(query()) as NonNullable<ReturnType<typeof decodeQuery>>;
  const records = Array.from({ length: 100 }, (_, n) => ({ type: 'A', data: `10.0.0.${n}` }) as const);
  const bytes = encodeAnswer(decoded, records, decoded.udpBytes);
  t.true(bytes.length <= 512);
  const answer = decode(bytes);
  t.true(answer.flag_tc && (answer.answers?.length ?? 0) > 20);
});

test('the size that an asker takes is believed within bounds, and answered in kind', (t) => {
  const decoded = decodeQuery(query({ additionals: [opt] })) as NonNullable<ReturnType<typeof decodeQuery>>;
  t.is(decoded.udpBytes, 1232);
  const answer = decode(encodeAnswer(decoded, [{ type: 'A', data: '10.0.0.1' }], 1232));
  t.like(answer.additionals?.[0], { type: 'OPT', udpPayloadSize: 1232 });
  t.is(decodeQuery(query())?.udpBytes, 512);
});

test('a refusal has the question, and nothing else', (t) => {
  const answer = decode(bareAnswer(query({ additionals: [opt] }), 'REFUSED'));
  t.like(answer, { id: 7, rcode: 'REFUSED', additionals: [], answers: [] });
  t.is(answer.questions?.[0]?.name, 'Web');
});

test('other operations and several questions are refused', (t) => {
  t.is(refusalOf(query({ flags: 0x2800 })), 'NOTIMP');
  const question = { name: 'a', type: 'A' } as const;
  t.is(refusalOf(query({ questions: [question, question] })), 'FORMERR');
  t.is(refusalOf(query()), undefined);
});

test('answers, and what has no question, are not answered', (t) => {
  t.is(readQuery(encode({ type: 'response', questions: [{ name: 'a', type: 'A' }] })), undefined);
  t.is(readQuery(encode({ type: 'query', questions: [] })), undefined);
  t.is(readQuery(Buffer.alloc(5)), undefined);
});

test('no bytes whatever do harm', (t) => {
  const header = Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
  assert(
    property(uint8Array({ maxLength: 80 }), boolean(), (noise, asQuery) => {
      const bytes = asQuery ? Buffer.concat([header, noise]) : Buffer.from(noise);
      const read = readQuery(bytes);
      if (!read) return;
      decodeQuery(read);
      t.true(bareAnswer(read, 'FORMERR').length <= bytes.length);
    }),
  );
  t.pass();
});
