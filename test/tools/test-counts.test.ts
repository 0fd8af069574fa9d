import test from 'ava';
import { countTests, failuresIn } from '../../tools/setup/test-counts.ts';

test('passed, failed and skipped tests are read from the summary', (t) => {
  const report = '\n  ✔ a\n  ─\n\n  2 tests skipped\n  31 tests passed\n';
  t.deepEqual(countTests(report, 0), { passed: 31, failed: 0, skipped: 2 });
});

test('beside a failure, those that passed are counted one by one', (t) => {
  const report = '\n  ✔ a › b\n  ✘ [fail]: a › c\n  ✔ a › d (1.2s)\n    ℹ ✔ \n  ─\n\n  1 test failed\n';
  t.deepEqual(countTests(report, 1), { passed: 2, failed: 1, skipped: 0 });
});

test('trouble outside of tests is a failure', (t) => {
  t.deepEqual(countTests('  3 tests passed\n  1 uncaught exception\n', 1), { passed: 3, failed: 1, skipped: 0 });
});

test('an exit code that nothing explains is a failure', (t) => {
  t.deepEqual(countTests('  3 tests passed\n', null), { passed: 3, failed: 1, skipped: 0 });
});

test('what failed and why is what stands behind the list of tests', (t) => {
  const report = '\n  ✔ a › b\n  ✘ [fail]: a › c\n    ℹ ─\n  ─\n\n  a › c\n\n  Difference\n\n  ─\n\n  1 test failed\n';
  t.is(failuresIn(report), '  ─\n\n  a › c\n\n  Difference\n\n  ─\n\n  1 test failed');
  t.is(failuresIn('the program was not found\n'), '');
});

test('trouble outside of tests is told with its cause, though it stands in the list', (t) => {
  const report = `
  ✔ a
  Uncaught exception in test/a.test.ts

  Error: boom

  ✘ test/a.test.ts exited with a non-zero exit code: 1
  ✔ b
  ─

  2 tests passed
  1 uncaught exception
`;
  t.is(
    failuresIn(report),
    '  Uncaught exception in test/a.test.ts\n\n  Error: boom\n' +
      '  ✘ test/a.test.ts exited with a non-zero exit code: 1\n' +
      '  ─\n\n  2 tests passed\n  1 uncaught exception',
  );
});
