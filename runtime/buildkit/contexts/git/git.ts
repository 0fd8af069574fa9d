/** One call of git, and what its failure means. */
import { isRuntimeError, RuntimeError } from '../../../errors.ts';
import type { Host } from '../../../ports/host.ts';
import type { GitEnvironment } from './environment.ts';

export interface Git {
  /** Resolves with stdout. Rejects with RuntimeError, scrubbed. */
  run(args: readonly string[], minutes?: number): Promise<string>;
}

export function createGit(
  { host, signal }: { readonly host: Host; readonly signal: AbortSignal | undefined },
  environment: GitEnvironment,
): Git {
  return {
    async run(args, minutes = 1) {
      try {
        const { stdout } = await host.run('git', args, {
          environment: environment.variables,
          deadline: minutes * 60_000,
          ...(signal === undefined ? {} : { signal }),
        });
        return stdout;
      } catch (error) {
        throw gitFailure(error, environment.hidden);
      }
    },
  };
}

/** Words of git, ssh and curl, which all speak English here (LC_ALL=C); the first that fits counts. */
const meanings: readonly (readonly [RegExp, RuntimeError['code'], string | undefined])[] = [
  [/host key verification failed|no .* host key is known/i, 'Unauthorized', 'Unauthorized'],
  [
    /authentication failed|could not read (username|password)|permission denied|access denied|error: (401|403)|invalid credentials/i,
    'Unauthorized',
    'Unauthorized',
  ],
  [
    /repository .*not found|does not appear to be a git repository|couldn't find remote ref|error: 404|repository not exported|no such file or directory|not a git repository/i,
    'NotFound',
    'ContextNotFound',
  ],
  [/transport '.*' not allowed|unsupported protocol|unable to find remote helper/i, 'InvalidArgument', undefined],
];

function gitFailure(error: unknown, hidden: readonly string[]): unknown {
  if (!isRuntimeError(error)) return error;
  const message = scrub(error.message, hidden);
  if (error.code === 'Unsupported') return new RuntimeError('Unsupported', message, { reason: 'GitNotFound' });
  if (error.code === 'DeadlineExceeded')
    return new RuntimeError('Unavailable', message, { reason: 'ContextFetchFailed' });
  if (error.code !== 'Internal') return new RuntimeError(error.code, message, { cause: error.cause });
  const [, code, reason] = meanings.find(([words]) => words.test(error.message)) ?? [
    undefined,
    'Unavailable',
    undefined,
  ];
  return new RuntimeError(code, message, { reason: reason ?? 'ContextFetchFailed' });
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
