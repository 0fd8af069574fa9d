/** Texts are those of real builders: BuildKit 0.13 in dockerd 26.1, and 0.32. */
import test from 'ava';
import { BuildFailedError } from '../../../../runtime/ports/builders.ts';
import { buildError } from '../../../../runtime/buildkit/failure/classify.ts';
import { createScrubber } from '../../../../runtime/buildkit/failure/scrub.ts';
import type { FailureStatus } from '../../../../runtime/buildkit/failure/status.ts';

const title = 'buildkitd at /run/b.sock';
const errorOf = (message: string, more: Partial<FailureStatus> = {}): ReturnType<typeof buildError> =>
  buildError({ code: 2, message, ...more }, { title });

const place = { file: 'Dockerfile', startLine: 4, endLine: 6 };

for (const [message, reason] of [
  ['target stage "x" could not be found', 'StageNotFound'],
  ['failed to read dockerfile: open Dockerfile: no such file or directory', 'DockerfileNotFound'],
  ['dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)', 'DockerfileInvalid'],
  ['the Dockerfile cannot be empty', 'DockerfileInvalid'],
  ['failed to compute cache key: failed to calculate checksum of ref a::b: "/nope": not found', 'SourceNotFound'],
  ['failed to calculate checksum of ref a::b: failed to walk /x: "/nope": not found', 'SourceNotFound'],
  ['lstat /var/lib/x/root/tmp/buildkit-mount3662548530/no/such/thing: no such file or directory', 'SourceNotFound'],
  ['secret it: not found', 'SecretNotFound'],
  ['invalid frontend: nothing.v0', 'FrontendUnavailable'],
  ['process "/bin/sh -c false" did not complete successfully: exit code: 1', 'BuildFailed'],
  ['something that nobody has thought of', 'BuildFailed'],
] as const) {
  test(`the build is at fault: ${message}`, (t) => {
    const error = errorOf(message);
    t.true(error instanceof BuildFailedError);
    t.is(error.reason, reason);
  });
}

for (const [message, code, reason] of [
  ['failed to copy files: write /x: no space left on device', 'ResourceExhausted', 'DiskFull'],
  ['failed to load LLB: network.host is not allowed', 'FailedPrecondition', 'EntitlementNotAllowed'],
  [
    'granting entitlement security.insecure is not allowed by build daemon configuration',
    'FailedPrecondition',
    'EntitlementNotAllowed',
  ],
  ['exporter "oci" could not be found', 'Unsupported', 'BuilderTooOld'],
  ['no active session for abc: context deadline exceeded', 'Unavailable', 'BuilderUnavailable'],
  ['context canceled', 'Unavailable', 'BuilderUnavailable'],
  [
    'failed to push r.test/a:1: unexpected status from POST request to http://r.test/v2/: 401 Unauthorized',
    'Unauthorized',
    'Unauthorized',
  ],
  ['failed to push r.test/a:1: failed to do request: Head "…": connection refused', 'Unavailable', 'PushFailed'],
  [
    'r.test/base: failed to resolve source metadata for r.test/base:latest: failed to do request: Head "…": no such host',
    'Unavailable',
    'BaseImageUnavailable',
  ],
  [
    'base: failed to resolve source metadata for docker.io/library/base:latest: pull access denied, repository does not exist or may require authorization',
    'Unauthorized',
    'Unauthorized',
  ],
] as const) {
  test(`something else is at fault: ${message}`, (t) => {
    const error = errorOf(message);
    t.false(error instanceof BuildFailedError);
    t.like(error, { code, reason });
    t.true(error.message.startsWith(title));
  });
}

test('the step tells a front end from a base image', (t) => {
  const step = { type: 'step', id: 'sha256:1', name: 'resolve image config for docker-image://r.test/df:1' } as const;
  const failed = { ...step, inputs: [], cached: false, error: 'x' };
  const steps = { step: () => failed, failed: () => failed };
  const message = 'failed to resolve source metadata for r.test/df:1: failed to do request';
  t.is(buildError({ code: 2, message, vertex: 'sha256:1' }, { title, steps }).reason, 'FrontendUnavailable');
});

test('what is known of the place, the step and the process is in the error', (t) => {
  const failed = { type: 'step', id: 'a', name: '[2/2] RUN x', inputs: [], cached: false, error: 'x' } as const;
  const error = buildError(
    { code: 2, message: 'process "x" did not complete successfully: exit code: 7', place, vertex: 'a', exitCode: 7 },
    { title, steps: { step: () => failed, failed: () => undefined } },
  );
  t.like(error, { step: '[2/2] RUN x', place, exitCode: 7, reason: 'BuildFailed' });
  t.is(error.message, 'Dockerfile:4: process "x" did not complete successfully: exit code: 7');
  t.like(errorOf('process "x" did not complete successfully: exit code: 5'), { exitCode: 5 });
});

test('what points at a line before any step ran is about the line', (t) => {
  t.is(errorOf('unsupported modifier in substitution', { place }).reason, 'DockerfileInvalid');
});

test('a missing source is said in words of the context', (t) => {
  const error = errorOf('failed to compute cache key: failed to calculate checksum of ref a: "/nope": not found', {
    place,
  });
  t.regex(error.message, /^Dockerfile:4: \/nope is not in the context; is the path right/);
});

test('no secret stands in a message, nor a password in an address', (t) => {
  const scrubber = createScrubber();
  scrubber.hide('hunter2\n');
  scrubber.hide('ab');
  const message = 'process "curl -u me:hunter2 https://me:word@host/ab" did not complete successfully: exit code: 1';
  const error = buildError({ code: 2, message }, { title, scrubber });
  t.is(error.message, 'process "curl -u me:*** https://***@host/ab" did not complete successfully: exit code: 1');
});
