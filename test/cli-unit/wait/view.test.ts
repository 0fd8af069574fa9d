import test from 'ava';
import { EventEmitter } from 'node:events';
import { WaitView } from '../../../cli/wait/progress/view.ts';
import type { Client } from '../../../client/client.ts';
import { findByKindRef } from '../../../schemas/kinds.ts';
import type { Io } from '../../../cli/io.ts';
import { TerminalScreen } from '../../support/terminal-screen.ts';
import { condition, container, download, image } from './objects.ts';

const KIND = findByKindRef({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' });
if (KIND === undefined) throw new Error('there are Containers');
const WEB = { kind: KIND, namespace: 'default', name: 'web' };
const STARTING = container('x', condition('Reconciling', 'True', 'Starting', 'the process is being started'));

/** Time that goes on when it is told to. */
function play(stderr: Io['stderr'], stdout: Io['stdout'] = stderr) {
  let now = 0;
  let wake = (): void => undefined;
  const io: Io = {
    stdout,
    stderr,
    stdin: { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) },
    env: {},
    cwd: '/',
    uid: 0,
    home: '/root',
    now: () => now,
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    signal: new AbortController().signal,
  };
  const pass = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
    wake();
    // everything that was waiting for it
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { io, pass };
}

/** Only Images are asked for, and there are these. */
const clientWith = (...items: readonly object[]): Client =>
  ({
    list: () => Promise.resolve({ items, metadata: { resourceVersion: '1' } }),
    async *watch(_: unknown, { signal }: { readonly signal: AbortSignal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* [];
    },
  }) as unknown as Client;

const BOTH = { show: { live: true, plain: true } };

test('on a terminal a block is drawn in place, lines go above it, and nothing of it is left', async (t) => {
  const screen = new TerminalScreen(60, 10);
  const { io, pass } = play(screen);
  const view = new WaitView(io, BOTH);
  view.begin([WEB], clientWith());
  view.seen(WEB, STARTING);
  await pass(100);
  t.is(screen.text(), '[+] Waiting 0.1s (0/1)\n => container/web the process is being started          0.1s');
  t.false(screen.cursorShown);
  view.io.stdout.write('configmap/a is ready\n');
  t.is(screen.text().split('\n')[0], 'configmap/a is ready');
  t.is(screen.text().split('\n').length, 3);
  await pass(100);
  screen.resize(30, 10);
  await pass(100);
  t.regex(screen.text(), / => container\/w… the pro… 0\.3s$/);
  view[Symbol.dispose]();
  t.is(screen.text(), 'configmap/a is ready');
  t.true(screen.cursorShown);
  view.io.stdout.write('more\n');
  t.is(screen.text(), 'configmap/a is ready\nmore');
});

test('the bytes of an image show at the container that waits for it', async (t) => {
  const screen = new TerminalScreen(60, 10);
  const { io, pass } = play(screen);
  using view = new WaitView(io, BOTH);
  view.begin([WEB], clientWith(image('other', download(1, 2)), image('x', download(20e6, 40e6))));
  view.seen(WEB, container('x', condition('Reconciling', 'True', 'ImagePulling', 'Image auto-x: …')));
  await pass(100);
  await pass(100);
  t.regex(screen.text(), / => container\/web 50% of 40\.0 MB pulling x/);
});

test('a log gets whole lines and no sign that speaks to a terminal; what is met is told no more', async (t) => {
  const written: string[] = [];
  const plain = Object.assign(new EventEmitter(), {
    write: (chunk: string | Uint8Array) => written.push(String(chunk)) > 0,
  });
  const { io, pass } = play(plain);
  using view = new WaitView(io, { ...BOTH, prefix: 'tsmoby ci: ' });
  t.is(view.io, io);
  view.begin([WEB], clientWith());
  view.seen(WEB, STARTING);
  await pass(500);
  t.deepEqual(written, []);
  await pass(500);
  t.deepEqual(written, ['tsmoby ci: container.tsmoby.dev/web: the process is being started\n']);
  view.seen(WEB, container('x', condition('Ready', 'False', 'ProbeFailed', '503')));
  view.met(WEB);
  await pass(5000);
  t.is(written.length, 1);
});

test('a log of a command that says nothing meanwhile stays empty, and nobody is asked for images', async (t) => {
  const written: string[] = [];
  const plain = Object.assign(new EventEmitter(), {
    write: (chunk: string | Uint8Array) => written.push(String(chunk)) > 0,
  });
  const { io, pass } = play(plain);
  using view = new WaitView(io, { show: { live: true, plain: false } });
  view.begin([WEB], { list: () => t.fail() } as unknown as Client);
  view.seen(WEB, container('x', condition('Reconciling', 'True', 'ImagePulling', 'x')));
  await pass(5000);
  t.deepEqual(written, []);
});

test('what goes into a file is written as it is while the block stands on the terminal', async (t) => {
  const screen = new TerminalScreen(60, 10);
  const written: string[] = [];
  const file = Object.assign(new EventEmitter(), {
    write: (chunk: string | Uint8Array) => written.push(String(chunk)) > 0,
  });
  const { io, pass } = play(screen, file);
  using view = new WaitView(io, BOTH);
  view.begin([WEB], clientWith());
  await pass(100);
  const before = screen.written;
  view.io.stdout.write('web is ready\n');
  t.deepEqual(written, ['web is ready\n']);
  t.is(screen.written, before);
});
