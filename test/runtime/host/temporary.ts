/** A private directory with a short name, gone after the test. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../support/interruption.ts';

export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await makeFolder(join(tmpdir(), 'tsm-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
