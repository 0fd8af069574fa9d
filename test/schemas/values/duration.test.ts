import test from 'ava';
import * as fc from 'fast-check';
import {
  DurationError,
  formatDuration,
  formatDurationNanos,
  humanAge,
  humanDuration,
  parseDuration,
  parseDurationNanos,
} from '../../../schemas/values/duration.ts';

for (const [text, milliseconds, canonical] of [
  ['0', 0, '0s'],
  ['0s', 0, '0s'],
  ['1h2m3s', 3_723_000, '1h2m3s'],
  ['1h', 3_600_000, '1h0m0s'],
  ['90s', 90_000, '1m30s'],
  ['1.5s', 1500, '1.5s'],
  ['250ms', 250, '250ms'],
  ['-2m', -120_000, '-2m0s'],
  ['+5s', 5000, '5s'],
  ['.5s', 500, '500ms'],
  ['1us', 0.001, '1µs'],
  ['1500ns', 0.0015, '1.5µs'],
  ['7ns', 0.000_007, '7ns'],
] as const) {
  test(`duration ${text} is ${milliseconds} ms, written ${canonical}`, (t) => {
    t.is(parseDuration(text), milliseconds);
    t.is(formatDurationNanos(parseDurationNanos(text)), canonical);
  });
}

for (const text of ['', '-', '5', 's', '.s', '1h 2m', '1d', '5x', '1h2', '99999999h', 'h1', '1'.repeat(200)]) {
  test(`${JSON.stringify(text.slice(0, 20))} is no duration`, (t) => {
    t.throws(() => parseDuration(text), { instanceOf: DurationError, message: /write it like 30s/ });
  });
}

test('what is written is read back', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (nanos) => {
      t.is(parseDurationNanos(formatDurationNanos(nanos)), nanos);
    }),
  );
  t.is(formatDuration(1234.5), '1.2345s');
});

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

for (const [milliseconds, text] of [
  [-2 * second, '<invalid>'],
  [-1.5 * second, '0s'],
  [0, '0s'],
  [119 * second, '119s'],
  [120 * second, '2m'],
  [204 * second, '3m24s'],
  [10 * minute, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [3 * hour + 5 * minute, '3h5m'],
  [9 * hour, '9h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [4 * day + 5 * hour, '4d5h'],
  [8 * day + 5 * hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [760 * day, '2y30d'],
  [4000 * day, '10y'],
] as const) {
  test(`an age of ${milliseconds} ms is shown as ${text}`, (t) => {
    t.is(humanDuration(milliseconds), text);
  });
}

test('an age without a time is unknown', (t) => {
  t.is(humanAge(undefined, 0), '<unknown>');
  t.is(humanAge(null, 0), '<unknown>');
  t.is(humanAge('yesterday', 0), '<unknown>');
  t.is(humanAge('1970-01-01T00:00:00Z', 5000), '5s');
});
