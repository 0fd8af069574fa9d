/** Where logs of builds are: `<data>/build-logs/<owner uid>/<number>.jsonl`. */
import { join } from 'node:path';
import { RuntimeError, type RuntimeErrorCode } from '../errors.ts';
import { errnoOf, namesIn } from '../file-failure.ts';
import type { BuildLogId } from '../ports/build-logs.ts';

const SUFFIX = '.jsonl';

/** The directory of an owner. Throws InvalidArgument for a name that is no single, visible path component. */
export function ownerDirectory(root: string, log: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,200}$/.test(log)) return join(root, log);
  throw new RuntimeError('InvalidArgument', `${JSON.stringify(log)} cannot name a log`);
}

/** Throws InvalidArgument for what cannot be one. */
export function logPath(root: string, { log, number }: BuildLogId): string {
  if (Number.isSafeInteger(number) && number >= 0) return join(ownerDirectory(root, log), `${number}${SUFFIX}`);
  throw new RuntimeError('InvalidArgument', `${number} cannot be the number of a build`);
}

/** Numbers that have a file; none when there is no such owner. */
export async function numbersIn(directory: string): Promise<readonly number[]> {
  const names = await namesIn(directory);
  return names.filter((name) => /^\d+\.jsonl$/.test(name)).map((name) => Number(name.slice(0, -SUFFIX.length)));
}

const MEANINGS: Readonly<Record<string, readonly [RuntimeErrorCode, string]>> = {
  ENOENT: ['NotFound', 'there is no such log'],
  ENOSPC: ['ResourceExhausted', 'no space left on the file system'],
  EDQUOT: ['ResourceExhausted', 'the disk quota is used up'],
  EMFILE: ['ResourceExhausted', 'too many open files'],
  ENFILE: ['ResourceExhausted', 'too many open files on this machine'],
  EACCES: ['FailedPrecondition', 'permission denied to the daemon'],
  EPERM: ['FailedPrecondition', 'operation not permitted to the daemon'],
  EROFS: ['FailedPrecondition', 'the file system is read-only'],
  EIO: ['Unavailable', 'input/output error of the disk'],
};

/** What an errno means, in a few words. */
export function meaningOf(error: unknown): string {
  const code = errnoOf(error) ?? '';
  return MEANINGS[code]?.[1] ?? (error instanceof Error ? error.message : String(error));
}

/** The crossing from errno to RuntimeError. */
export function logFailure({ log, number }: BuildLogId, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const [code] = MEANINGS[errnoOf(error) ?? ''] ?? ['Internal'];
  return new RuntimeError(code, `log of build ${number} of ${log}: ${meaningOf(error)}`, { cause: error });
}
