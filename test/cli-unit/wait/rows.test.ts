import test from 'ava';
import { PlainLines } from '../../../cli/wait/progress/plain-lines.ts';
import { frameOf } from '../../../cli/wait/progress/rows.ts';
import { WaitingList } from '../../../cli/wait/progress/waiting-list.ts';
import type { Work } from '../../../cli/wait/progress/work.ts';
import { widthOf } from '../../../schemas/values/text-width.ts';

const work = (state: string, text: string, share?: Work['share']): Work => ({
  state,
  text,
  ...(share === undefined ? {} : { share }),
});
const bytes = (done: number): Work =>
  work('Downloading', 'pulling docker.io/library/postgres:17, 3 of 14 layers', {
    done: done * 1e6,
    total: 80e6,
    unit: 'bytes',
  });

function listOf(): WaitingList {
  const list = new WaitingList();
  for (const name of ['container/db', 'container/web', 'build/app'])
    list.add(name, { short: name, shown: name.replace('/', '.tsmoby.dev/') }, work('Unseen', 'is not there'), 0);
  list.update('container/db', bytes(10), 1000);
  list.update('container/db', bytes(36), 6000);
  list.update('container/web', work('ProbeFailed', 'HTTP probe failed with status 503'), 2000);
  list.update('build/app', work('Building', 'building: [2/4] RUN npm ci', { done: 3, total: 9, unit: 'steps' }), 3000);
  return list;
}

const SIZES: Readonly<Record<number, readonly string[]>> = {
  40: [
    '[+] Waiting 8.0s (0/3)',
    ' => container/db  45% of 80.0 MB 5… 7.0s',
    ' => container/web HTTP probe faile… 6.0s',
    ' => build/app     step 4/9 buildin… 5.0s',
  ],
  60: [
    '[+] Waiting 8.0s (0/3)',
    ' => container/db  45% of 80.0 MB 5.2 MB/s pulling dock… 7.0s',
    ' => container/web HTTP probe failed with status 503     6.0s',
    ' => build/app     step 4/9 building: [2/4] RUN npm ci   5.0s',
  ],
  100: [
    '[+] Waiting 8.0s (0/3)',
    ' => container/db  [#########-----------] 45% of 80.0 MB 5.2 MB/s pulling docker.io/library/pos… 7.0s',
    ' => container/web HTTP probe failed with status 503                                             6.0s',
    ' => build/app     [######--------------] step 4/9 building: [2/4] RUN npm ci                    5.0s',
  ],
};

for (const [columns, lines] of Object.entries(SIZES))
  test(`${columns} columns show every object on one line that fits`, (t) => {
    const frame = frameOf(listOf(), { columns: Number(columns), rows: 24, now: 8000, begun: 0 });
    t.true(frame.every((line) => widthOf(line) <= Number(columns)));
    t.deepEqual(frame, lines);
  });

test('a low terminal shows some, and says how many more there are; one that has no room at all shows the head', (t) => {
  const frame = (rows: number): readonly string[] =>
    frameOf(listOf(), { columns: 40, rows, now: 8000, begun: 0 }).map((line) => line.slice(0, 17).trimEnd());
  t.deepEqual(frame(4), ['[+] Waiting 8.0s', ' => container/db', ' => and 2 more']);
  t.deepEqual(frame(2), ['[+] Waiting 8.0s']);
});

test('what is done is counted, and stands in no line', (t) => {
  const list = listOf();
  list.done('container/web');
  list.done('container/web');
  const frame = frameOf(list, { columns: 80, rows: 24, now: 8000, begun: 0 });
  t.is(frame[0], '[+] Waiting 8.0s (1/3)');
  t.is(frame.length, 3);
  list.done('container/db');
  list.done('build/app');
  t.deepEqual(frameOf(list, { columns: 80, rows: 24, now: 8000, begun: 0 }), []);
});

test('a rate is of the last seconds, and of a pull that began anew it is unknown', (t) => {
  const list = new WaitingList();
  const rate = (): number | undefined => list.open[0]?.bytesPerSecond;
  list.add('a', { short: 'a', shown: 'a' }, work('Unseen', ''), 0);
  list.update('a', bytes(0), 0);
  t.is(rate(), undefined);
  list.update('a', bytes(10), 1000);
  t.is(rate(), 10e6);
  list.update('a', bytes(10), 10_000);
  t.is(rate(), undefined);
  list.update('a', bytes(20), 11_000);
  t.is(rate(), 10e6);
  list.update('a', bytes(1), 11_600);
  t.is(rate(), undefined);
});

test('a log gets a line when an object does something else for a while, and the amount now and then', (t) => {
  const list = new WaitingList();
  const lines = new PlainLines();
  list.add('a', { short: 'container/a', shown: 'container.tsmoby.dev/a' }, work('Unseen', 'not looked at'), 0);
  t.deepEqual(lines.due(list, 5000), []);
  list.update('a', work('Resolving', 'looking for x'), 5000);
  list.update('a', bytes(8), 5200);
  t.deepEqual(lines.due(list, 5500), []);
  const said = 'container.tsmoby.dev/a: pulling docker.io/library/postgres:17, 3 of 14 layers';
  t.deepEqual(lines.due(list, 6200), [`${said}: 10% of 80.0 MB`]);
  list.update('a', bytes(16), 7200);
  t.deepEqual(lines.due(list, 7200), []);
  list.update('a', bytes(40), 16_200);
  t.deepEqual(lines.due(list, 16_200), [`${said}: 50% of 80.0 MB`]);
  list.update('a', work('Starting', 'starting'), 17_000);
  t.deepEqual(lines.due(list, 18_000), ['container.tsmoby.dev/a: starting']);
  t.deepEqual(lines.due(list, 60_000), []);
  list.done('a');
  t.deepEqual(lines.due(list, 90_000), []);
});

test('in a log, objects of one name in two namespaces are told of apart', (t) => {
  const [list, lines] = [new WaitingList(), new PlainLines()];
  for (const namespace of ['prod', 'staging'])
    list.add(namespace, { short: 'container/web', shown: `web in ${namespace}` }, work('Unseen', 'is not there'), 0);
  list.update('prod', work('Pulling', 'pulling'), 0);
  list.update('staging', work('Waiting', 'waits'), 0);
  t.deepEqual(lines.due(list, 2000), ['web in prod: pulling', 'web in staging: waits']);
  t.deepEqual(lines.due(list, 3000), []);
});
