import test from 'ava';
import type { FileHandle } from 'node:fs/promises';
import { LiveLog, type LogBounds } from '../../../runtime/build-logs/live-log.ts';
import type { BuildLogEntry } from '../../../runtime/ports/build-logs.ts';
import { parseProgressLine } from '../../../schemas/values/build-progress/json.ts';
import { begin, end, note, output } from '../../suites/build-logs.ts';

/** A file that takes what it is told to take. */
class ScriptedFile {
  content = Buffer.alloc(0);
  writes = 0;
  /** Errno of the next writes; behind `room` bytes of one. */
  refuse: string | undefined;
  room = 0;
  /** Writes wait for it. */
  gate: Promise<void> | undefined;

  async write(bytes: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }> {
    await this.gate;
    this.writes += 1;
    const taken = this.refuse === undefined ? length : Math.min(this.room, length);
    this.room -= Math.min(taken, this.room);
    if (taken === 0) throw Object.assign(new Error('refused'), { code: this.refuse });
    this.content = Buffer.concat([this.content.subarray(0, position), bytes.subarray(offset, offset + taken)]);
    return { bytesWritten: taken };
  }
  async truncate(size: number): Promise<void> {
    this.content = this.content.subarray(0, size);
  }
  async close(): Promise<void> {}

  entries(): readonly (BuildLogEntry | undefined)[] {
    return this.content.toString().split('\n').filter(Boolean).map(parseProgressLine);
  }
}

function open(bounds: Partial<LogBounds> = {}) {
  const file = new ScriptedFile();
  const warnings: object[] = [];
  const log = new LiveLog(file as unknown as FileHandle, {
    bounds: { file: 1 << 20, waiting: 1 << 20, ...bounds },
    now: () => Date.parse('2026-01-31T12:00:00Z'),
    warn: (fields, message) => void warnings.push({ ...fields, message }),
  });
  return { file, log, warnings };
}

const saying = (message: string): BuildLogEntry =>
  ({ ...(note(message) as object), time: '2026-01-31T12:00:00.000Z' }) as BuildLogEntry;

test('what comes in one turn goes into the file with one write', async (t) => {
  const { file, log } = open();
  for (let at = 0; at < 1000; at += 1) log.append(output(`${at}\n`));
  await log.settled();
  t.is(file.writes, 1);
  t.is(file.entries().length, 1000);
});

test('a full disk loses output, which the log tells when there is room again; steps and the end wait for it', async (t) => {
  const { file, log, warnings } = open();
  log.append(begin);
  await log.settled();
  file.refuse = 'ENOSPC';
  file.room = 40;
  log.append(output('lost'));
  log.append(note('waits'));
  await log.settled();
  t.is(file.content.length, log.written, 'no half line stays');
  log.append(output('lost, too'));
  await log.settled();
  t.deepEqual(file.entries(), [begin]);
  file.refuse = undefined;
  log.append(end);
  await log.close();
  const told = saying('2 entries of this log are lost: no space left on the file system');
  t.deepEqual(file.entries(), [begin, told, note('waits'), end]);
  t.is(warnings.length, 1);
});

test('a disk that stays full ends the log, and the daemon tells how much is lost', async (t) => {
  const { file, log, warnings } = open();
  file.refuse = 'ENOSPC';
  log.append(output('lost'));
  log.append(end);
  const changed = log.changed;
  await log.close();
  await changed;
  t.true(log.ended);
  t.is(log.written, 0);
  t.like(warnings.at(-1), { lost: 2, why: 'no space left on the file system' });
});

test('what is lost last is told at the end', async (t) => {
  const { file, log } = open();
  file.refuse = 'EIO';
  log.append(output('lost'));
  await log.settled();
  file.refuse = undefined;
  await log.close();
  t.deepEqual(file.entries(), [
    saying('1 entries of this log are lost: input/output error of the disk'),
    saying('the log ends here'),
  ]);
});

test('output that waits for a slow disk is bounded', async (t) => {
  const { file, log } = open({ waiting: 1000 });
  const gate = Promise.withResolvers<void>();
  file.gate = gate.promise;
  log.append(begin);
  await Promise.resolve();
  for (let at = 0; at < 100; at += 1) log.append(output('x'.repeat(100)));
  log.append(end);
  gate.resolve();
  await log.close();
  const types = file.entries().map((entry) => entry?.type);
  t.is(types[0], 'begin');
  t.is(types.at(-1), 'end');
  const kept = types.filter((type) => type === 'log').length;
  t.true(kept > 0 && kept < 10, String(kept));
  const lost = file.entries().find((entry) => entry?.type === 'note');
  t.like(lost, saying(`${100 - kept} entries of this log are lost: the disk is too slow`));
});

test('a log has its bound: behind it there is a note, and steps and the end', async (t) => {
  const { file, log } = open({ file: 2000 });
  for (let at = 0; at < 100; at += 1) {
    log.append(output('x'.repeat(100)));
    await log.settled();
  }
  log.append({ type: 'step', id: 'a', name: 'last', inputs: [], cached: true });
  log.append(end);
  await log.close();
  const entries = file.entries();
  t.true(file.content.length < 2500);
  t.deepEqual(entries.slice(-3), [
    saying('the log has reached 2000 bytes: further output of its steps is left out'),
    { type: 'step', id: 'a', name: 'last', inputs: [], cached: true },
    end,
  ]);
});
