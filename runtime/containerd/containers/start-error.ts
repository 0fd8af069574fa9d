import { GrpcError } from '../../../proto/grpc/error.ts';
import { RuntimeError } from '../../errors.ts';
import { toRuntimeError } from '../errors.ts';

interface Cause {
  /** On runc's text, whose first group, if any, names the culprit. */
  readonly pattern: RegExp;
  readonly reason: string;
  readonly say: (culprit: string) => string;
}

/** What runc 1.1 says when the wish, not the machine, is at fault. First match wins. */
const CAUSES: readonly Cause[] = [
  {
    pattern:
      /exec: "([^"]*)": (?:executable file not found in \$PATH|stat .*: (?:no such file|not a directory)|.*no such file)/,
    reason: 'CommandNotFound',
    say: (command) => `command ${JSON.stringify(command)} is not in the image`,
  },
  {
    pattern: /exec: "([^"]*)": (?:.*permission denied|is a directory|.*exec format error|.*not a directory)/,
    reason: 'CommandNotExecutable',
    say: (command) => `command ${JSON.stringify(command)} cannot be executed`,
  },
  {
    pattern: /exec format error/,
    reason: 'CommandNotExecutable',
    say: () => 'the command is not a program for this machine',
  },
  {
    pattern: /(?:chdir to cwd|mkdir cwd|current working directory)[^"]*\("?([^")]*)"?\)/,
    reason: 'WorkingDirectoryInvalid',
    say: (path) => `working directory ${JSON.stringify(path)} cannot be entered`,
  },
  {
    pattern: /container init: mkdir ([^:]*): /,
    reason: 'WorkingDirectoryInvalid',
    say: (path) => `working directory ${JSON.stringify(path)} cannot be entered`,
  },
  {
    pattern: /error mounting "([^"]*)"/,
    reason: 'MountFailed',
    say: (source) => `${JSON.stringify(source)} cannot be mounted`,
  },
  {
    pattern: /error setting rlimit/,
    reason: 'LimitRefused',
    say: () => 'the kernel refuses the ulimits',
  },
  {
    pattern: /(?:open \/proc\/sys\/|write sysctl key |sysctl ")([^":\s]+)(?::|" is not)/,
    reason: 'SysctlRefused',
    say: (name) => `the kernel does not take the sysctl ${name.replaceAll('/', '.')}`,
  },
  {
    pattern: /error (?:setting|applying) cgroup config|unable to apply cgroup configuration|failed to write .*cgroup/,
    reason: 'LimitRefused',
    say: () => 'the kernel refuses the resource limits',
  },
];

/** Why a process could not be created or started (`doing`): InvalidArgument with a reason where the spec is at fault. */
export function startError(error: unknown, doing: string): RuntimeError {
  if (!(error instanceof GrpcError) || !['UNKNOWN', 'INTERNAL', 'INVALID_ARGUMENT', 'NOT_FOUND'].includes(error.code)) {
    return toRuntimeError(error, doing);
  }
  for (const { pattern, reason, say } of CAUSES) {
    const match = pattern.exec(error.details);
    if (match !== null) {
      const message = `${doing}: ${say(match[1] ?? '')} (${lastWords(error.details)})`;
      return new RuntimeError('InvalidArgument', message, { cause: error, reason });
    }
  }
  return toRuntimeError(error, doing);
}

/** runc nests its story; what follows this phrase is what happened. */
function lastWords(details: string): string {
  const story = details.split('unable to start container process: ').at(-1) ?? details;
  return story.replace(/: unknown$/, '');
}
