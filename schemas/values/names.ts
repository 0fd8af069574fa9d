/**
 * Kubernetes' rules for names, label keys and values. Every check returns what is wrong in the API server's own words,
 * which clients show and scripts match; an empty list means the text is fine.
 */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const OLD_LABEL = '[a-z]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';

const whole = (pattern: string): RegExp => new RegExp(`^${pattern}$`);
const label = whole(LABEL);
const oldLabel = whole(OLD_LABEL);
const subdomain = whole(SUBDOMAIN);
const qualified = whole(QUALIFIED);
const labelValue = whole(LABEL_VALUE);
const configKey = whole(CONFIG_KEY);

const tooLong = (limit: number): string => `must be no more than ${limit} bytes`;
/** What the real server says of names of objects; it counts bytes there too. */
const longName = (limit: number): string => `must be no more than ${limit} characters`;
const regexHint = (rule: string, pattern: string, ...examples: readonly string[]): string =>
  `${rule} (e.g. ${examples.map((example) => `'${example}'`).join(',  or ')}, regex used for validation is '${pattern}')`;
/** UTF-8 length is at least the number of UTF-16 units; exact only where it matters. */
const longerThan = (text: string, limit: number): boolean =>
  text.length > limit || (text.length * 3 > limit && Buffer.byteLength(text) > limit);

/** RFC 1123 label, up to 63 bytes: a Namespace's name, a volume's name in a spec. */
export function checkDnsLabel(text: string): readonly string[] {
  return [
    ...(longerThan(text, 63) ? [longName(63)] : []),
    ...(label.test(text)
      ? []
      : subdomain.test(text)
        ? ['must not contain dots']
        : [
            regexHint(
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
              LABEL,
              'my-name',
              '123-abc',
            ),
          ]),
  ];
}

/** RFC 1035 label, up to 63 bytes: names of resources and of their versions. */
export function checkDns1035Label(text: string): readonly string[] {
  return [
    ...(longerThan(text, 63) ? [tooLong(63)] : []),
    ...(oldLabel.test(text)
      ? []
      : [
          regexHint(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
            OLD_LABEL,
            'my-name',
            'abc-123',
          ),
        ]),
  ];
}

/** RFC 1123 subdomain, up to 253 bytes: the name of nearly every object. */
export function checkDnsSubdomain(text: string): readonly string[] {
  return [
    ...(longerThan(text, 253) ? [longName(253)] : []),
    ...(subdomain.test(text)
      ? []
      : [
          regexHint(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
            SUBDOMAIN,
            'example.com',
          ),
        ]),
  ];
}

/** `name` or `prefix/name`: keys of labels and annotations, finalizers. */
export const checkLabelKey = (text: string): readonly string[] => checkQualifiedName(text, 'a valid label key');

/** `name` or `prefix/name`; `what` it is called when there is more than one slash. */
export function checkQualifiedName(text: string, what = 'a qualified name'): readonly string[] {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  const rule = (start: string): string =>
    regexHint(
      `${start} must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
      QUALIFIED,
      'MyName',
      'my.name',
      '123-abc',
    );
  if (parts.length > 2) {
    return [`${rule(what)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return [
    ...(prefix === '' ? ['prefix part must be non-empty'] : []),
    ...(prefix ? checkDnsSubdomain(prefix).map((message) => `prefix part ${message}`) : []),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(longerThan(name, 63) ? [`name part ${tooLong(63)}`] : []),
    ...(qualified.test(name) ? [] : [rule('name part')]),
  ];
}

/** Value of a label: empty, or up to 63 letters, digits, `-`, `_`, `.` between letters or digits. */
export function checkLabelValue(text: string): readonly string[] {
  return [
    ...(longerThan(text, 63) ? [tooLong(63)] : []),
    ...(labelValue.test(text)
      ? []
      : [
          regexHint(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
            LABEL_VALUE,
            'MyValue',
            'my_value',
            '12345',
          ),
        ]),
  ];
}

/** Key of a ConfigMap or Secret, which may become a file name. */
export function checkConfigKey(text: string): readonly string[] {
  const dots = text === '.' ? ["must not be '.'"] : text === '..' ? ["must not be '..'"] : [];
  return [
    ...(longerThan(text, 253) ? [tooLong(253)] : []),
    ...(configKey.test(text)
      ? []
      : [
          regexHint(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            CONFIG_KEY,
            'key.name',
            'KEY_NAME',
            'key-name',
          ),
        ]),
    ...dots,
    ...(text.startsWith('..') && text !== '..' ? ["must not start with '..'"] : []),
  ];
}

/** A name that stands as one part of a URL path: any text without `/` and `%` that is not `.` or `..`. */
export function checkPathSegment(text: string): readonly string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((sign) => text.includes(sign)).map((sign) => `may not contain '${sign}'`);
}
