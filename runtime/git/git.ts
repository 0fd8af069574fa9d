/** One call of git, and what its failure means. */
import { isRuntimeError, RuntimeError } from '../errors.ts';
import type { Host } from '../ports/host.ts';
import type { GitEnvironment } from './environment.ts';

/** What failures are called by whoever uses git. */
export interface GitReasons {
  /** There is no repository. */
  readonly repository: string;
  /** It has no such branch, tag or commit. */
  readonly ref: string;
  /** It does not answer. */
  readonly unreachable: string;
}

export interface Git {
  readonly reasons: GitReasons;
  /** Resolves with stdout. Rejects with RuntimeError, scrubbed. */
  run(args: readonly string[], minutes?: number): Promise<string>;
}

export function createGit(
  { host, signal }: { readonly host: Host; readonly signal: AbortSignal | undefined },
  environment: GitEnvironment,
  reasons: GitReasons,
): Git {
  return {
    reasons,
    async run(args, minutes = 1) {
      try {
        const { stdout } = await host.run('git', args, {
          environment: environment.variables,
          deadline: minutes * 60_000,
          ...(signal === undefined ? {} : { signal }),
        });
        return stdout;
      } catch (error) {
        throw gitFailure(error, environment.hidden, reasons);
      }
    },
  };
}

/** Words of git, ssh and curl, which all speak English here (LC_ALL=C); the first that fits counts. */
const meanings: readonly (readonly [RegExp, RuntimeError['code'], keyof GitReasons | undefined])[] = [
  [/couldn't find remote ref/i, 'NotFound', 'ref'],
  [/host key verification failed|no .* host key is known/i, 'Unauthorized', undefined],
  [
    /authentication failed|could not read (username|password)|permission denied|access denied|error: (401|403)|invalid credentials/i,
    'Unauthorized',
    undefined,
  ],
  [
    /repository .*not found|does not appear to be a git repository|error: 404|repository not exported|no such file or directory|not a git repository/i,
    'NotFound',
    'repository',
  ],
  [/transport '.*' not allowed|unsupported protocol|unable to find remote helper/i, 'InvalidArgument', undefined],
];

function gitFailure(error: unknown, hidden: readonly string[], reasons: GitReasons): unknown {
  if (!isRuntimeError(error)) return error;
  const message = scrub(error.message, hidden);
  if (error.code === 'Unsupported') return new RuntimeError('Unsupported', message, { reason: 'GitNotFound' });
  if (error.code === 'DeadlineExceeded')
    return new RuntimeError('Unavailable', message, { reason: reasons.unreachable });
  if (error.code !== 'Internal') return new RuntimeError(error.code, message, { cause: error.cause });
  const [, code, what] = meanings.find(([words]) => words.test(error.message)) ?? [
    undefined,
    'Unavailable' as const,
    'unreachable' as const,
  ];
  if (code === 'Unauthorized') return new RuntimeError(code, message, { reason: code });
  return new RuntimeError(code, message, { reason: reasons[what ?? 'unreachable'] });
}

/** Words of a few letters are everywhere: nobody learns anything by them. */
function scrub(text: string, hidden: readonly string[]): string {
  return hidden
    .filter((secret) => secret.length > 3)
    .reduce((clean, secret) => clean.replaceAll(secret, '…'), text)
    .replaceAll(/\/\/[^/@\s]*@/g, '//…@');
}

/** The failure says that the server will not give less than everything: no commit by its id, or no part of the history. */
export const wantsEverything = (error: unknown): boolean =>
  isRuntimeError(error) &&
  /not our ref|unadvertised object|does not support shallow|dumb http|no such remote ref [0-9a-f]{40}|couldn't find remote ref [0-9a-f]{40}/i.test(
    error.message,
  );

/** It says that the copy here is broken. */
export const saysCorrupt = (error: unknown): boolean =>
  isRuntimeError(error) &&
  /corrupt|bad object|loose object|is empty|bad tree|bad pack|packfile|index file|invalid sha1|unable to read|could not parse|missing (blob|tree|commit)|bad config|bad signature|unresolved deltas|invalid object|cannot lock ref|broken|not a git repository/i.test(
    error.message,
  );
