import test from 'ava';
import { runProgram, type RunRequest } from '../../../runtime/host/run-program.ts';
import { RuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';

const request = (args: readonly string[], more: Partial<RunRequest> = {}): RunRequest => ({
  program: 'sh',
  args: ['-c', ...args],
  env: { PATH: process.env['PATH'] ?? '' },
  deadline: 10_000,
  ...more,
});

const code = (expected: RuntimeErrorCode) => (error: unknown) =>
  error instanceof RuntimeError && error.code === expected;

test('stdout is answered, and arguments arrive as they are', async (t) => {
  t.is((await runProgram(request(['printf "%s|" "$@"', 'sh', 'a b', '$(id)', '']))).stdout, 'a b|$(id)||');
});

test('input arrives on stdin, and the environment is only what was given', async (t) => {
  const { stdout } = await runProgram(request(['cat; echo "$HOME"'], { input: 'hello ' }));
  t.is(stdout, 'hello \n');
});

test('a program that does not read its input is judged by its exit code alone', async (t) => {
  await t.notThrowsAsync(runProgram(request(['exit 0'], { input: 'x'.repeat(1_000_000) })));
});

test('a failure carries the code and what the program said', async (t) => {
  await t.throwsAsync(runProgram(request(['echo no such thing >&2; exit 3'])), {
    message: /ended with 3: no such thing/,
    instanceOf: RuntimeError,
  });
});

test('a missing program is Unsupported and named', async (t) => {
  const error = await t.throwsAsync(runProgram(request([], { program: 'tsmoby-no-such-program' })));
  t.true(code('Unsupported')(error));
  t.regex(error?.message ?? '', /tsmoby-no-such-program is not installed/);
});

test('a full disk is ResourceExhausted', async (t) => {
  const error = await t.throwsAsync(runProgram(request(['echo "cp: No space left on device" >&2; exit 1'])));
  t.true(code('ResourceExhausted')(error));
});

test('a program that is late is killed together with its children', async (t) => {
  const error = await t.throwsAsync(runProgram(request(['sleep 60 & echo; wait'], { deadline: 100 })));
  t.true(code('DeadlineExceeded')(error));
});

test('an abort stops the program', async (t) => {
  const error = await t.throwsAsync(runProgram(request(['sleep 60'], { signal: AbortSignal.timeout(50) })));
  t.true(code('Cancelled')(error));
});

test('endless output is cut off', async (t) => {
  const error = await t.throwsAsync(runProgram(request(['yes'])));
  t.true(code('ResourceExhausted')(error));
});
