import test from 'ava';
import * as fc from 'fast-check';
import { formatMicroTime, formatTime, parseTime, respellTime } from '../../../schemas/values/time.ts';

test('Time has whole seconds and MicroTime six digits, both in UTC', (t) => {
  t.is(formatTime(1_767_225_600_999), '2026-01-01T00:00:00Z');
  t.is(formatMicroTime(1_767_225_600_123.456), '2026-01-01T00:00:00.123456Z');
  t.is(formatTime(-1), '1969-12-31T23:59:59Z');
  t.is(formatMicroTime(-1), '1969-12-31T23:59:59.999000Z');
});

for (const [text, expected] of [
  ['1970-01-01T00:00:01Z', 1000],
  ['1970-01-01T01:00:00+01:00', 0],
  ['1969-12-31T23:00:00-01:00', 0],
  ['1970-01-01T00:00:00.5Z', 500],
  ['1970-01-01t00:00:00z', 0],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['0001-01-01T00:00:00Z', -62_135_596_800_000],
] as const) {
  test(`${text} is a time`, (t) => {
    t.is(parseTime(text), expected);
  });
}

for (const text of [
  '',
  'now',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-13-01T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:00+24:00',
  '2026-01-01 00:00:00Z',
  '1767225600',
]) {
  test(`${JSON.stringify(text)} is no time`, (t) => {
    t.is(parseTime(text), undefined);
  });
}

for (const [text, seconds, micros] of [
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000Z'],
  ['2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.500000Z'],
  ['2026-01-01T02:00:00.1234569+02:00', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123456Z'],
  ['2025-12-31t23:59:59.999999-00:01', '2026-01-01T00:00:59Z', '2026-01-01T00:00:59.999999Z'],
  ['2026-01-01', undefined, undefined],
] as const) {
  test(`${text} is spelled in the digits of its type`, (t) => {
    t.is(respellTime(text, 'seconds'), seconds);
    t.is(respellTime(text, 'micros'), micros);
  });
}

test('a time that is spelled right stays as it is, to the last digit', (t) => {
  const micros = fc.integer({ min: 0, max: 999_999 }).map((digits) => String(digits).padStart(6, '0'));
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), micros, (at, digits) => {
      const whole = formatTime(at * 1000);
      const fine = `${whole.slice(0, -1)}.${digits}Z`;
      t.deepEqual([respellTime(whole, 'seconds'), respellTime(fine, 'micros')], [whole, fine]);
    }),
  );
});

test('what is written is read back', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
      t.is(parseTime(formatTime(seconds * 1000)), seconds * 1000);
      t.is(parseTime(formatMicroTime(seconds * 1000)), seconds * 1000);
    }),
  );
});
