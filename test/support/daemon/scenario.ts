import { join } from 'node:path';
import type { ExecutionContext, TestFn } from 'ava';
import { isReason } from '../../../client/client.ts';
import { buildBusyboxArchive } from '../../../tools/busybox-image/archive.ts';
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../daemon.ts';
import { eventually } from '../eventually.ts';
import { Space } from './space.ts';
import { until } from './until.ts';

export type Scenario = (t: ExecutionContext, space: Space) => Promise<void>;

/**
 * The tests of a file share one daemon, and each has a namespace of its own with the image `busybox`. Afterwards the namespace is
 * deleted, and containerd must hold nothing; at the end of the file the machine must hold nothing.
 */
export function onDaemon(test: TestFn, options: TestDaemonOptions = {}): (title: string, body: Scenario) => void {
  let daemon: TestDaemon | undefined;
  let number = 0;
  test.before('the daemon starts', async () => {
    daemon = await startTestDaemon(options);
    await buildBusyboxArchive({ output: archiveOf(daemon), name: 'busybox:latest' });
  });
  test.after.always('nothing is left on the machine', async () => {
    await daemon?.[Symbol.asyncDispose]();
  });
  return (title, body) => {
    test.serial(title, async (t) => {
      if (daemon === undefined) throw new Error('the daemon did not start');
      number += 1;
      await inSpace(daemon, `space-${number}`, async (space) => {
        try {
          await body(t, space);
        } catch (error) {
          t.log((await (daemon as TestDaemon).output()).split('\n').slice(-30).join('\n'));
          throw error;
        }
      });
    });
  };
}

const archiveOf = ({ folder }: TestDaemon): string => join(folder, 'busybox.tar');

/** For a namespace that its test has deleted. */
function unlessGone(error: unknown): void {
  if (!isReason(error, 'NotFound')) throw error;
}

/** A namespace with the busybox image, and away with it. */
export async function inSpace(
  daemon: TestDaemon,
  namespace: string,
  use: (space: Space) => Promise<void>,
): Promise<void> {
  const space = new Space(daemon, namespace, archiveOf(daemon));
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  await daemon.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await space.busybox();
  try {
    await use(space);
  } finally {
    if (!daemon.running) await daemon.start();
    await daemon.client.delete(ref).catch(unlessGone);
    await until(daemon, ref, 'is gone', 'gone');
  }
  await assertHoldsNothing(daemon);
}

/**
 * containerd holds nothing of the daemon's any more, or soon: one that was killed in the middle of something looks for what it left a few seconds after
 * the next start.
 */
export async function assertHoldsNothing({ containerd }: TestDaemon): Promise<void> {
  let held = '';
  const look = async (): Promise<boolean> => {
    const holdings = Object.entries(await containerd.holdings()).filter(([, names]) => names.length > 0);
    held = JSON.stringify(holdings);
    return holdings.length === 0;
  };
  await eventually('containerd holds nothing', look).catch(() => {
    throw new Error(`containerd still holds ${held}`);
  });
}
