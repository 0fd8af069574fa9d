/** Git servers of the file's own, and what tests of contexts out of them share. */
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import type { ContextSource, GitCredentials } from '../../../runtime/ports/build-contexts.ts';
import type { ContextsWorld } from '../../runtime/buildkit/contexts/world.ts';
import { GIT_CREDENTIALS, startGitServers, type GitServers } from '../../support/git-servers.ts';

export type GitTest = TestFn<{ git: GitServers; names: number }>;

/** ava's, with servers that live as long as the file's tests. */
export function testWithGitServers(): GitTest {
  const test = anyTest as GitTest;
  test.before(async (t) => {
    t.context = { git: await startGitServers(), names: 0 };
  });
  test.after.always((t) => t.context.git?.[Symbol.asyncDispose]());
  return test;
}

export type GitSource = Extract<ContextSource, { type: 'git' }>;
export const basic: GitCredentials = { type: 'basic', ...GIT_CREDENTIALS };
export const source = (url: string, more: Partial<GitSource> = {}): GitSource => ({
  type: 'git',
  url,
  submodules: true,
  ...more,
});
export const read = (path: string, name: string): string => readFileSync(join(path, name), 'utf8');

export async function failsWith(
  t: ExecutionContext,
  work: Promise<unknown>,
  code: RuntimeErrorCode,
  reason?: string,
): Promise<string> {
  const error = await t.throwsAsync(work);
  t.true(isRuntimeError(error, code), error.message);
  if (reason !== undefined) t.is(isRuntimeError(error) ? error.reason : '', reason);
  return error.message;
}

/** All files below, except for the large ones of git's objects. */
export function everythingWritten(world: ContextsWorld): string {
  return readdirSync(world.dataDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}
