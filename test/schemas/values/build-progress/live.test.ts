import test from 'ava';
import type { ProgressEntry } from '../../../../schemas/values/build-progress/entry.ts';
import { LiveProgress, type LiveRow } from '../../../../schemas/values/build-progress/live.ts';
import { widthOf } from '../../../../schemas/values/text-width.ts';
import { end, now, output, part, step } from './entries.ts';

const layer = `sha256:${'a'.repeat(64)}`;

function live(entries: readonly ProgressEntry[]): LiveProgress {
  const progress = new LiveProgress();
  for (const entry of entries) progress.push(entry);
  return progress;
}

const text = (rows: readonly LiveRow[]): string => rows.map((row) => `${row.text}\n`).join('');

const RUNNING: readonly ProgressEntry[] = [
  step('a', '[internal] load build definition from Dockerfile', { from: 0, to: 0.1 }),
  step('b', '[1/4] FROM docker.io/library/busybox', { from: 0.1, to: 0.1, cached: true }),
  step('c', '[2/4] RUN make', { from: 0.2 }),
  step('d', '[3/4] COPY --from=tools /bin /bin', { from: 0.2 }),
  step('e', '[4/4] RUN later'),
  output('c', 0.3, 'compiling\n\u001b[31mred\u001b[0m\tx\u0007\n日本語 text\n'),
  part('d', layer, 0.5, 1e6, 5e6),
  part('d', layer, 1.5, 4e6, 5e6),
];

const FRAMES: readonly (readonly [title: string, columns: number, rows: number, frame: string])[] = [
  [
    'steps with their times, and below those that run what they say',
    50,
    24,
    `[+] Building 2.0s (2/5)
 => [internal] load build definition from Do… 0.1s
 => CACHED [1/4] FROM docker.io/library/busy… 0.0s
 => [2/4] RUN make                            1.8s
 => => # compiling
 => => # red     x
 => => # 日本語 text
 => [3/4] COPY --from=tools /bin /bin         1.8s
 => => sha256:aaaaaaaaaaaa 4.0 MB / 5.0 MB    1.0s
`,
  ],
  [
    'a terminal of twenty columns',
    20,
    24,
    `[+] Building 2.0s (…
 => [internal]… 0.1s
 => CACHED [1/… 0.0s
 => [2/4] RUN … 1.8s
 => => # compiling
 => => # red     x
 => => # 日本語 text
 => [3/4] COPY… 1.8s
 => => sha256:… 1.0s
`,
  ],
  [
    'a low one has those that run, their last words, and what ended last',
    40,
    7,
    `[+] Building 2.0s (2/5)
 => CACHED [1/4] FROM docker.io/li… 0.0s
 => [2/4] RUN make                  1.8s
 => => # 日本語 text
 => [3/4] COPY --from=tools /bin /… 1.8s
 => => sha256:aaaaaaaaaaaa 4.0 MB … 1.0s
`,
  ],
  ['one of three lines has one step', 30, 3, '[+] Building 2.0s (2/5)\n => [3/4] COPY --from=to… 1.8s\n'],
  ['one that is hardly there', 4, 2, '[+]…\n'],
];

for (const [title, columns, rows, frame] of FRAMES)
  test(title, (t) => t.is(text(live(RUNNING).frame({ columns, rows, now: now(2) })), frame));

test('at the end all steps stand there', (t) => {
  const progress = live([
    ...RUNNING,
    part('d', layer, 1.8, 5e6, 5e6, true),
    step('c', '[2/4] RUN make', { from: 0.2, to: 3, error: 'exit code: 1' }),
    step('d', '[3/4] COPY --from=tools /bin /bin', { from: 0.2, to: 3, error: 'context canceled' }),
    end(3, 'Failed', 'exit code: 1'),
  ]);
  t.is(
    text(progress.whole({ columns: 50, now: now(60) })),
    `[+] Building 3.0s (4/5) FAILED
 => [internal] load build definition from Do… 0.1s
 => CACHED [1/4] FROM docker.io/library/busy… 0.0s
 => ERROR [2/4] RUN make                      2.8s
 => CANCELED [3/4] COPY --from=tools /bin /b… 2.8s
 => => sha256:aaaaaaaaaaaa 5.0 MB / 5.0 MB    1.3s
`,
  );
  const tones = progress.whole({ columns: 50, now: now(60) }).map(({ tone }) => tone);
  t.deepEqual(tones, ['head', 'done', 'done', 'failed', 'done', 'done']);
});

test('of ten thousand steps there are as many as fit: those that run, then the latest', (t) => {
  const ids = Array.from({ length: 10_000 }, (_, index) => index);
  const progress = live([
    ...ids.map((index) => step(`s${index}`, `step ${index}`, { from: index, to: index + 1 })),
    step('long', 'RUN long', { from: 5 }),
    output('long', 6, 'x'.repeat(1_000_000)),
  ]);
  const frame = progress.frame({ columns: 30, rows: 6, now: now(10_000) });
  t.is(
    text(frame),
    `[+] Building 10000.0s (10000/…
 => step 9999             1.0s
 => RUN long           9995.0s
 => => # ${'x'.repeat(20)}…
 => => # ${'x'.repeat(20)}…
`,
  );
  t.is(progress.whole({ columns: 30, now: now(10_000) }).length, 10_003 - 1);
});

test('no line is wider than the terminal, and the block never higher', (t) => {
  const many = [
    ...RUNNING,
    ...Array.from({ length: 30 }, (_, index) => step(`p${index}`, `日本語 ${index} 🎉 a\u0301`, { from: 1 })),
    ...Array.from({ length: 300 }, (_, index) => output(`p${index % 30}`, 2, `ä${'漢'.repeat(index)}\n`)),
  ];
  const progress = live(many);
  for (let columns = 1; columns < 90; columns += 1) {
    for (const rows of [1, 2, 3, 10, 40, 100]) {
      const frame = progress.frame({ columns, rows, now: now(3) });
      t.true(frame.length <= Math.max(1, rows - 1));
      for (const row of frame) t.true(widthOf(row.text) <= columns, `${columns}: ${row.text}`);
    }
  }
});

test("a builder's clock that is ahead of ours makes no time negative", (t) => {
  const frame = live([step('a', 'RUN a', { from: 100 })]).frame({ columns: 30, rows: 5, now: now(0) });
  t.is(text(frame), '[+] Building 0.0s (0/1)\n => RUN a                 0.0s\n');
});
