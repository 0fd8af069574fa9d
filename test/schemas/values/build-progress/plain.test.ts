import test from 'ava';
import type { ProgressEntry } from '../../../../schemas/values/build-progress/entry.ts';
import { PlainProgress } from '../../../../schemas/values/build-progress/plain.ts';
import { begin, end, output, part, step } from './entries.ts';

function plain(entries: readonly ProgressEntry[], colours = false): string {
  const progress = new PlainProgress({ colours });
  return entries.map((entry) => progress.push(entry)).join('') + progress.tick();
}

const layer = `sha256:${'a'.repeat(64)}`;
const exit = 'process "/bin/sh -c false" did not complete successfully: exit code: 1';

const CASES: readonly (readonly [title: string, entries: readonly ProgressEntry[], text: string])[] = [
  [
    'steps, what was there already, output with its time, and how long it took',
    [
      begin('default/app, build 3', 'ContextChanged'),
      step('a', '[internal] load build definition from Dockerfile', { from: 0 }),
      part('a', 'transferring dockerfile:', 0.1, 32, 0, true),
      step('a', '[internal] load build definition from Dockerfile', { from: 0, to: 0.1 }),
      step('b', '[1/2] FROM docker.io/library/busybox', { from: 0.1, to: 0.1, cached: true }),
      step('c', '[2/2] RUN make', { from: 0.2 }),
      output('c', 0.323, 'one\ntw'),
      output('c', 12.5, 'o\n'),
      step('c', '[2/2] RUN make', { from: 0.2, to: 200 }),
      end(200),
    ],
    `#0 default/app, build 3: ContextChanged

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 32 B 0.0s done
#1 DONE 0.1s

#2 [1/2] FROM docker.io/library/busybox
#2 CACHED

#3 [2/2] RUN make
#3 0.123 one
#3 12.30 two
#3 DONE 199.8s
`,
  ],
  [
    'steps that did not begin have no number yet, and none is told twice',
    [
      step('later', '[2/2] COPY site /site'),
      step('first', '[1/2] FROM scratch'),
      step('first', '[1/2] FROM scratch', { from: 0 }),
      step('first', '[1/2] FROM scratch', { from: 0, to: 1 }),
      step('first', '[1/2] FROM scratch', { from: 0, to: 1 }),
      step('later', '[2/2] COPY site /site', { from: 1, to: 2 }),
    ],
    `#1 [1/2] FROM scratch
#1 DONE 1.0s

#2 [2/2] COPY site /site
#2 DONE 1.0s
`,
  ],
  [
    'of several that run at once one has the word until it is done',
    [
      step('a', 'RUN a', { from: 0 }),
      step('b', 'RUN b', { from: 0 }),
      step('c', 'RUN c', { from: 0 }),
      output('b', 0.1, 'from b\n'),
      output('a', 0.2, 'from a\n'),
      output('c', 0.3, 'from c\n'),
      step('c', 'RUN c', { from: 0, to: 0.4 }),
      step('a', 'RUN a', { from: 0, to: 0.5 }),
      output('b', 0.6, 'b again\n'),
      step('b', 'RUN b', { from: 0, to: 0.7 }),
    ],
    `#1 RUN a
#1 0.200 from a
#1 DONE 0.5s

#3 RUN c
#3 0.300 from c
#3 DONE 0.4s

#2 RUN b
#2 0.100 from b
#2 0.600 b again
#2 DONE 0.7s
`,
  ],
  [
    'one that goes on gives the word to others after five seconds',
    [
      step('a', 'RUN a', { from: 0 }),
      step('b', 'RUN b', { from: 0 }),
      output('a', 1, 'from a\n'),
      output('b', 2, 'from b\n'),
      output('a', 6, 'still a\n'),
      output('a', 7, 'waits\n'),
      step('b', 'RUN b', { from: 0, to: 8 }),
      step('a', 'RUN a', { from: 0, to: 9 }),
    ],
    `#1 RUN a
#1 1.000 from a
#1 6.000 still a
#1 ...

#2 RUN b
#2 2.000 from b
#2 DONE 8.0s

#1 RUN a
#1 7.000 waits
#1 DONE 9.0s
`,
  ],
  [
    'what is fetched is told from time to time, and when it is there',
    [
      step('a', 'FROM busybox', { from: 0 }),
      ...Array.from({ length: 12 }, (_, second) => part('a', layer, second, second * 1e6, 12e6)),
      part('a', layer, 12, 12e6, 12e6, true),
      part('a', layer, 12, 12e6, 12e6, true),
      part('a', `extracting ${layer}`, 12, 0, 0),
      part('a', `extracting ${layer}`, 13, 0, 0, true),
      step('a', 'FROM busybox', { from: 0, to: 13 }),
    ],
    `#1 FROM busybox
#1 ${layer} 5.0 MB / 12.0 MB 5.0s
#1 ${layer} 10.0 MB / 12.0 MB 10.0s
#1 ${layer} 12.0 MB / 12.0 MB 12.0s done
#1 extracting ${layer} 1.0s done
#1 DONE 13.0s
`,
  ],
  [
    'a failure ends with the output of the step, the place, and the error; warnings stand before it',
    [
      step('a', '[2/2] RUN false', { from: 0 }),
      step('b', 'RUN other', { from: 0 }),
      output('a', 0.1, Array.from({ length: 12 }, (_, line) => `line ${line}\n`).join('')),
      step('a', '[2/2] RUN false', { from: 0, to: 1, error: exit }),
      step('b', 'RUN other', { from: 0, to: 1, error: 'context canceled' }),
      {
        type: 'warning',
        step: 'a',
        message: "FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)",
        detail: [],
        url: 'https://docs.example/rule/',
        place: { file: 'Dockerfile', startLine: 1, endLine: 1 },
      },
      { type: 'warning', step: 'a', message: 'no place', detail: [] },
      end(1, 'Failed', `Dockerfile:3: ${exit}`, '    2 | FROM scratch\n>>> 3 | RUN false'),
    ],
    `#1 [2/2] RUN false
${Array.from({ length: 12 }, (_, line) => `#1 0.100 line ${line}\n`).join('')}#1 ERROR: ${exit}

#2 RUN other
#2 CANCELED

2 warnings found:
 - Dockerfile:1: FromAsCasing: 'as' and 'FROM' keywords' casing do not match
   https://docs.example/rule/
 - no place

------
 > [2/2] RUN false:
${Array.from({ length: 10 }, (_, line) => `0.100 line ${line + 2}\n`).join('')}------
Dockerfile:3
--------------------
    2 | FROM scratch
>>> 3 | RUN false
--------------------
ERROR: Dockerfile:3: ${exit}
`,
  ],
  [
    'a failure of no step has its message',
    [end(1, 'Failed', 'no builder answers:\nconnection refused')],
    '\nERROR: no builder answers:\nconnection refused\n',
  ],
  [
    'one that was cancelled, or did not come to its end, says so',
    [step('a', 'RUN sleep', { from: 0 }), end(1, 'Cancelled', 'as asked')],
    '#1 RUN sleep\n\nCANCELLED: as asked\n',
  ],
  [
    'notes stand between the blocks',
    [
      step('a', 'RUN a', { from: 0 }),
      { type: 'note', time: '2026-01-31T12:00:01Z', message: '3 entries are lost' },
      output('a', 2, 'goes on\n'),
    ],
    '#1 RUN a\n#1 ...\n\n#0 3 entries are lost\n\n#1 RUN a\n#1 2.000 goes on\n',
  ],
  [
    'output does nothing to a terminal, and bars come as they were last',
    [
      step('a', 'RUN <<EOF\n\u001b[31mx\nEOF', { from: 0 }),
      output('a', 1, ' 1%\r50%\r100%\r\n\u001b[2J\u001b[32mgreen\u001b[0m\u0007\n'),
      output('a', 1, 'no end'),
      step('a', 'RUN <<EOF\n\u001b[31mx\nEOF', { from: 0, to: 2 }),
    ],
    '#1 RUN <<EOF x EOF\n#1 1.000 100%\n#1 1.000 green\n#1 2.000 no end\n#1 DONE 2.0s\n',
  ],
  [
    'a step that begins again has its block again',
    [
      step('a', 'context', { from: 0, to: 1 }),
      step('b', 'other', { from: 1, to: 2 }),
      step('a', 'context', { from: 2 }),
      step('a', 'context', { from: 2, to: 3 }),
    ],
    '#1 context\n#1 DONE 1.0s\n\n#2 other\n#2 DONE 1.0s\n\n#1 context\n#1 DONE 1.0s\n',
  ],
  [
    'one that ends and begins again at once has one block',
    [
      step('a', 'context', { from: 0 }),
      step('a', 'context', { from: 0, to: 0.1 }),
      step('a', 'context', { from: 0.2 }),
      part('a', 'transferring context:', 1, 2, 0, true),
      step('a', 'context', { from: 0.2, to: 1 }),
      step('a', 'context', { from: 0.2, to: 1.1 }),
    ],
    '#1 context\n#1 transferring context: 2 B 0.0s done\n#1 DONE 0.9s\n',
  ],
  [
    'what a step says when it is over keeps nobody',
    [
      step('a', 'RUN a', { from: 0, to: 1 }),
      step('b', 'RUN b', { from: 0, to: 1 }),
      output('a', 1.1, 'late\n'),
      step('c', 'RUN c', { from: 1 }),
    ],
    '#1 RUN a\n#1 DONE 1.0s\n\n#2 RUN b\n#2 DONE 1.0s\n\n#1 RUN a\n#1 1.100 late\n\n#3 RUN c\n',
  ],
  ['what belongs to no step that is known is nothing', [output('x', 1, 'x\n'), part('x', 'y', 1, 1, 1, true)], ''],
];

for (const [title, entries, text] of CASES) test(title, (t) => t.is(plain(entries), text));

test('who waits has the word when nothing comes for a while', (t) => {
  const progress = new PlainProgress();
  t.is(progress.push(step('a', 'RUN a', { from: 0 })), '#1 RUN a\n');
  for (const id of ['b', 'c']) {
    t.is(progress.push(step(id, `RUN ${id}`, { from: 0 })), '');
    t.is(progress.push(output(id, 0.1, `${id}\n`)), '');
  }
  t.is(progress.tick(), '#1 ...\n\n#2 RUN b\n#2 0.100 b\n#2 ...\n\n#3 RUN c\n#3 0.100 c\n');
  t.is(progress.tick(), '');
  t.is(progress.push(output('c', 0.2, 'c\n')), '#3 0.200 c\n');
});

test('colours stay where they are asked for', (t) => {
  const entries = [step('a', 'RUN a', { from: 0 }), output('a', 1, '\u001b[32mgreen\n')];
  t.is(plain(entries, true), '#1 RUN a\n#1 1.000 \u001b[32mgreen\u001b[0m\n');
});

test('ten thousand steps that all wait come out, each once', (t) => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `s${index}`);
  const text = plain([
    step('first', 'RUN sleep', { from: 0 }),
    ...ids.map((id) => step(id, id, { from: 0 })),
    ...ids.map((id) => step(id, id, { from: 0, to: 1 })),
    end(1),
  ]);
  t.is(text.match(/^#\d+ DONE 1\.0s$/gm)?.length, 10_000);
});
