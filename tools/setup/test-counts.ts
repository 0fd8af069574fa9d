/** How many tests passed, failed and were skipped, read from ava's report. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: TestCounts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * Counts a run from its report and exit code. Tests that never ran (todo, a pending one after a timeout) and trouble outside of
 * tests (an exception, a file without tests) count as failures, and so does an exit code that the report does not explain.
 */
export function countTests(report: string, exitCode: number | null): TestCounts {
  const count = (pattern: RegExp): number => Number(pattern.exec(report)?.[1] ?? 0);
  // The summary tells of those that passed only when all did; each has its line all the same.
  const passed = count(/^\s*(\d+) tests? passed/m) || (report.match(/^ *✔ /gm)?.length ?? 0);
  const skipped = count(/^\s*(\d+) tests? skipped/m);
  const failures = [
    /^\s*(\d+) tests? failed/m,
    /^\s*(\d+) tests? todo/m,
    /^\s*(\d+) tests? (?:remained|were) pending/m,
    /^\s*(\d+) uncaught exceptions?/m,
    /^\s*(\d+) unhandled rejections?/m,
  ];
  const failed = failures.map(count).reduce((sum, each) => sum + each, 0);
  return { passed, skipped, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/**
 * What ava tells besides its list of tests: trouble outside of tests, where it happened in the list, and after the list each failure
 * with its cause. Empty when the report has none of it.
 */
export function failuresIn(report: string): string {
  const outside =
    report.match(/^ {2}(?:✘ (?!\[fail\])|Uncaught exception|Unhandled rejection)[^]*?(?=^ {2}[✔─✘-]|(?![^]))/gm) ?? [];
  const after = /^ {2}─$[^]*/m.exec(report)?.[0] ?? '';
  return [...outside, after]
    .map((part) => part.trimEnd())
    .filter(Boolean)
    .join('\n');
}
