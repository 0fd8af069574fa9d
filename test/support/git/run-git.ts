import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Who commits, and when: the same commits have the same names in every run. Nobody's own settings count. */
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.com',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'A Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.com',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
} as const;

/** What git writes, without the line end. `env`: besides, e.g. GIT_SSH_COMMAND. */
export async function runGit(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { env: { ...process.env, ...ENVIRONMENT, ...env } });
  return stdout.trimEnd();
}
