import { RuntimeError } from '../../errors.ts';
import { BuildFailedError } from '../../ports/builders.ts';

/** nghttp2's number for headers that take more frames than it puts up with. Node has no setting for it. */
const TOO_MANY_CONTINUATIONS = -905;

/** What it means for a build that its session broke. The only long headers in a session are the patterns of an ignore file. */
export function sessionError(title: string, broken: Error): RuntimeError {
  if ('errno' in broken && broken.errno === TOO_MANY_CONTINUATIONS) {
    return new BuildFailedError(
      'the ignore file has more patterns than fit into one request (about 6,000); leave out directories instead of files',
      { reason: 'TooManyIgnorePatterns', cause: broken },
    );
  }
  return new RuntimeError('Unavailable', `${title}: the session broke: ${broken.message}`, {
    cause: broken,
    reason: 'BuilderUnavailable',
  });
}
