import test from 'ava';
import * as fc from 'fast-check';
import { backoffDelay, nextCrashCount } from '../../../controllers/container/backoff.ts';
import { describeExit, exitReason, signalOf, wantsRestart } from '../../../controllers/container/exit.ts';
import { resourcesText, translateResources } from '../../../controllers/container/resources.ts';
import { signalNumber } from '../../../controllers/container/signals.ts';

test('delays double from 200 ms to 5 minutes, after one start at once', (t) => {
  t.deepEqual(
    [0, 1, 2, 3, 4, 5, 12, 13, 1000].map(backoffDelay),
    [0, 0, 200, 400, 800, 1600, 204_800, 300_000, 300_000],
  );
});

test('a run that outlives ten seconds and twice the wait before it ends the row', (t) => {
  t.is(nextCrashCount(0, 0), 1);
  t.is(nextCrashCount(3, 9999), 4);
  t.is(nextCrashCount(3, 10_000), 1);
  t.is(nextCrashCount(12, 300_000), 13);
  t.is(nextCrashCount(12, 409_600), 1);
});

test('the wait never shrinks while it fails', (t) => {
  fc.assert(fc.property(fc.nat(100), (crashes) => backoffDelay(crashes + 1) >= backoffDelay(crashes)));
  t.pass();
});

const EXITS: readonly (readonly [number, number, boolean, string, number | undefined])[] = [
  [0, 0, false, 'Completed', undefined],
  [0, 1, true, 'Completed', undefined],
  [1, 0, false, 'Error', undefined],
  [128, 0, false, 'Error', undefined],
  [137, 0, false, 'Error', 9],
  [137, 1, false, 'OOMKilled', 9],
  [1, 2, false, 'OOMKilled', undefined],
  [143, 0, true, 'Stopped', 15],
  [192, 0, false, 'Error', 64],
  [193, 0, false, 'Error', undefined],
  [255, 0, false, 'Error', undefined],
];

for (const [code, oomKills, stopped, reason, signal] of EXITS) {
  test(`code ${code}, ${oomKills} OOM kills, ${stopped ? '' : 'not '}asked to stop: ${reason}, signal ${signal}`, (t) => {
    t.is(exitReason(code, oomKills, stopped), reason);
    t.is(signalOf(code), signal);
  });
}

test('a run is described in one line', (t) => {
  t.is(describeExit({ exitCode: 0 }), 'exited with code 0');
  t.is(
    describeExit({ exitCode: 137, signal: 9, reason: 'OOMKilled', message: ' bye \n' }),
    'exited with code 137 (signal 9), out of memory: bye',
  );
  t.is(describeExit({}), 'exited with code unknown');
});

test('policies', (t) => {
  const wants = (exitCode: number) =>
    (['Always', 'OnFailure', 'Never'] as const).map((policy) => wantsRestart(policy, { exitCode }));
  t.deepEqual(wants(0), [true, false, false]);
  t.deepEqual(wants(1), [true, true, false]);
});

const SIGNALS: readonly (readonly [string, number | undefined])[] = [
  ['SIGTERM', 15],
  ['TERM', 15],
  ['9', 9],
  ['SIGRTMIN', 34],
  ['RTMIN+3', 37],
  ['SIGRTMAX-1', 63],
  ['RTMAX+1', undefined],
  ['0', undefined],
  ['65', undefined],
  ['SIGNOPE', undefined],
  ['', undefined],
  ['SIGtoString', undefined],
];

for (const [text, number] of SIGNALS) {
  test(`signal ${JSON.stringify(text)} is ${number}`, (t) => {
    t.is(signalNumber(text), number);
  });
}

test('limits are translated into the kernel’s units; what is not said is not there', (t) => {
  t.deepEqual(translateResources(undefined), {});
  t.deepEqual(translateResources({}), {});
  t.deepEqual(translateResources({ limits: { memory: '64Mi', cpu: '500m', pids: '100' } }), {
    memoryBytes: 67_108_864,
    cpuMillis: 500,
    cpuShares: 512,
    pids: 100,
  });
  t.deepEqual(translateResources({ requests: { cpu: '2' } }), { cpuShares: 2048 });
  t.deepEqual(translateResources({ limits: { cpu: '1' }, requests: { cpu: '1m' } }), { cpuMillis: 1000, cpuShares: 2 });
});

test('the same limits have one text', (t) => {
  const text = (memory: string) => resourcesText(translateResources({ limits: { memory } }));
  t.is(text('1Gi'), text('1024Mi'));
  t.not(text('1Gi'), text('1G'));
});
