/** JUnit's XML, as CI systems read it. */

export interface TestCase {
  /** `Container`, `Build`, `command`: what it belongs to. */
  readonly group: string;
  readonly name: string;
  readonly seconds: number;
  readonly outcome:
    | { readonly type: 'passed' }
    /** It was never looked at, because something else failed before. */
    | { readonly type: 'skipped' }
    | { readonly type: 'failed'; readonly message: string; readonly details: string };
}

/** The document, line end included. `at`: milliseconds since the epoch. */
export function junitXml(suite: string, at: number, cases: readonly TestCase[]): string {
  const count = (type: TestCase['outcome']['type']): number =>
    cases.filter(({ outcome }) => outcome.type === type).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  const attributes = [
    ['name', suite],
    ['tests', String(cases.length)],
    ['failures', String(count('failed'))],
    ['errors', '0'],
    ['skipped', String(count('skipped'))],
    ['time', seconds.toFixed(3)],
    ['timestamp', new Date(at).toISOString().slice(0, 19)],
  ] as const;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite${shown(attributes)}>`,
    ...cases.flatMap((one) => caseLines(suite, one)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(suite: string, { group, name, seconds, outcome }: TestCase): readonly string[] {
  const attributes = shown([
    ['classname', `${suite}.${group}`],
    ['name', name],
    ['time', seconds.toFixed(3)],
  ]);
  switch (outcome.type) {
    case 'passed':
      return [`    <testcase${attributes}/>`];
    case 'skipped':
      return [`    <testcase${attributes}>`, '      <skipped/>', '    </testcase>'];
    case 'failed':
      return [
        `    <testcase${attributes}>`,
        `      <failure${shown([['message', outcome.message]])}>${escaped(outcome.details)}</failure>`,
        '    </testcase>',
      ];
  }
}

const shown = (attributes: readonly (readonly [name: string, value: string])[]): string =>
  attributes.map(([name, value]) => ` ${name}="${escaped(value).replaceAll('\n', '&#10;')}"`).join('');

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML has no way to write (most control signs, halves of pairs) becomes U+FFFD. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
