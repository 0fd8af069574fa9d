import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { makeFolder } from '../../support/interruption.ts';

/** A private directory that is gone when the test is over, also when it fails. */
export async function temporaryDirectory(t: ExecutionContext): Promise<string> {
  const directory = await makeFolder(join(tmpdir(), 'tsm-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
