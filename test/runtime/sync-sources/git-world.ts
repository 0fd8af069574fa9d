/** What tests of repositories as sources share. */
import type { ExecutionContext } from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import type { GitSource } from '../../../runtime/ports/sync-sources.ts';
import { runGit } from '../../support/git/run-git.ts';
import type { TestRepository } from '../../support/git/repository.ts';

export const git = (url: string, more: Partial<GitSource> = {}): GitSource => ({
  type: 'git',
  url,
  ref: { type: 'default' },
  submodules: false,
  ...more,
});

/** Runs git in the working copy that a test's repository is pushed from. */
export const inWork = (repository: TestRepository, ...args: readonly string[]): Promise<string> =>
  runGit(['-C', repository.path.replace(/\.git$/, '.work'), ...args]);

export async function failsWith(
  t: ExecutionContext,
  work: Promise<unknown>,
  code: RuntimeErrorCode,
  reason?: string,
): Promise<string> {
  const error = await t.throwsAsync(work);
  t.true(isRuntimeError(error, code), `${isRuntimeError(error) ? error.code : ''}: ${error.message}`);
  if (reason !== undefined) t.is(isRuntimeError(error) ? error.reason : '', reason);
  return error.message;
}

/** All files below, as text. */
export function everythingBelow(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}
