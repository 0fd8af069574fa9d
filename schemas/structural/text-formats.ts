/** Texts with a `format`, as a real API server reads them. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { parseLooseDuration } from './loose-duration.ts';

type Accepts = (text: string) => boolean;

const matches =
  (pattern: RegExp, longest = Infinity): Accepts =>
  (text) =>
    text.length <= longest && pattern.test(text);

const uuid = (third: string, fourth: string): Accepts =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}-?${fourth}-?[0-9a-f]{12}$`, 'i'));

const NAME = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';

/** By name without dashes: `datetime` is `date-time`. */
const FORMATS: Readonly<Record<string, Accepts>> = {
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  byte: isBase64,
  cidr: isCidr,
  date: isDate,
  datetime: isDateTime,
  duration: (text) => parseLooseDuration(text) !== undefined,
  email: isEmail,
  hexcolor: matches(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i),
  hostname: isHostname,
  ipv4: isKindlyIPv4,
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  k8slongname: matches(new RegExp(`^${NAME}(?:\\.${NAME})*$`), 253),
  k8sshortname: matches(new RegExp(`^${NAME}$`), 63),
  mac: matches(
    /^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}((\2[0-9a-f]{2}){2}((\2[0-9a-f]{2}){12})?)?|[0-9a-f]{4}(\.[0-9a-f]{4}){2}((\.[0-9a-f]{4})((\.[0-9a-f]{4}){6})?)?)$/i,
  ),
  rgbcolor: isRgbColor,
  ssn: matches(/^\d{3}[- ]\d{2}[- ]\d{4}$/),
  uri: isUri,
  uuid: uuid('[0-9a-f]{4}', '[0-9a-f]{4}'),
  uuid3: uuid('3[0-9a-f]{3}', '[0-9a-f]{4}'),
  uuid4: uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
  uuid5: uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
};

/** Whether a text is of a format; undefined for formats that are documentation only, there as here. */
export function formatNamed(name: string): ((text: string) => boolean) | undefined {
  const plain = name.replaceAll('-', '');
  return Object.hasOwn(FORMATS, plain) ? FORMATS[plain] : undefined;
}

/** Nothing at all is no base64 for a real server in custom resources, but it is in a Secret: here it is everywhere. */
function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** Zeros in front of decimal numbers mean nothing, as they did in Go before 1.17. */
const withoutZeros = (text: string): string => text.replace(/(^|\.)0+(?=\d)/g, '$1');

function isKindlyIPv4(text: string): boolean {
  return isIPv4(withoutZeros(text)) || (isIPv6(text) && text.includes('.') && !text.includes('%'));
}

function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const address = withoutZeros(text.slice(0, Math.max(slash, 0)));
  const bits = text.slice(slash + 1);
  const family = address.includes('%') ? 0 : isIP(address);
  return family !== 0 && /^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

function isDate(text: string): boolean {
  const [, year = 0, month = 0, day = 0] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (month < 1 || month > 12) return false;
  // Date takes years below 100 for those of the twentieth century; the calendar repeats itself every 400 years
  return day >= 1 && day <= new Date(Date.UTC(year + 400, month, 0)).getUTCDate();
}

/** A date and a time with a zone, in RFC 3339's notation; not its leap seconds, and no blank for its T. */
function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t', 2);
  const [, hour = '', minute = '', second = ''] = /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  return isDate(date) && hour !== '' && hour < '24' && minute < '60' && second < '60';
}

/** One name whose only dash may be its second character, or several with dots between them. */
const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}](-?[a-zA-Z0-9\p{S}\p{L}]{0,62})|([a-zA-Z0-9\p{S}\p{L}]([-a-zA-Z0-9\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u;

function isHostname(text: string): boolean {
  if (Buffer.byteLength(text) > 255 || !HOSTNAME.test(text)) return false;
  return text.split('.').every((label) => Buffer.byteLength(label) <= 63);
}

const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/** What Go's `url.ParseRequestURI` takes: a URL, an opaque one included, or a path from the root on. */
function isUri(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (text === '' || /[\0-\x1f\x7f]/.test(text)) return false;
  if (text === '*') return true;
  const [scheme = ''] = /^[a-z][a-z0-9+.-]*:/i.exec(text) ?? [];
  const [rest = ''] = text.slice(scheme.length).split('?', 1);
  if (!rest.startsWith('/')) return scheme !== '';
  if (scheme === '' || !rest.startsWith('//')) return !BAD_ESCAPE.test(rest);
  const slash = rest.indexOf('/', 2);
  const end = slash < 0 ? rest.length : slash;
  return isAuthority(rest.slice(2, end)) && !BAD_ESCAPE.test(rest.slice(end));
}

/** `user:password@host:port`, all but the host left out at will; a host may be empty, or an address in brackets. */
function isAuthority(text: string): boolean {
  const at = text.lastIndexOf('@');
  const user = text.slice(0, Math.max(at, 0));
  const host = text.slice(at + 1);
  if (/[^A-Za-z0-9\-._:~!$&'()*+,;=%@]/.test(user) || BAD_ESCAPE.test(user)) return false;
  if (host.startsWith('[')) return /^\[[^\]%\s]*(?:%25[^\]\s]*)?\](?::\d*)?$/.test(host);
  // eslint-disable-next-line no-control-regex -- whatever is not ASCII may stand in a name
  return /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=\]<>"]|%[89a-fA-F][0-9A-Fa-f]|[^\0-\x7f])*(?::\d*)?$/.test(host);
}

const ATOM = String.raw`[A-Za-z0-9!#$%&'*+/=?^_\`{|}~\u0080-\uffff-]+`;
const DOTTED = String.raw`${ATOM}(?:\.${ATOM})*`;
const QUOTED = String.raw`"(?:[^"\\\r\n]|\\.)*"`;
const ADDRESS = String.raw`(?:${DOTTED}|${QUOTED})@(?:${DOTTED}|\[[^\]\[\s]*\])`;
const EMAIL = new RegExp(
  String.raw`^ *(?:${ADDRESS}|(?:(?:[A-Za-z0-9!#$%&'*+/=?^_\`{|}~.\u0080-\uffff-]+|${QUOTED}) *)*< *${ADDRESS} *>) *(?:\([^()]*\) *)?$`,
);

/** RFC 5322: one address, with a name in front and a comment behind it at will. */
function isEmail(text: string): boolean {
  return text.length <= LONGEST_EMAIL && EMAIL.test(text);
}
/** Longer texts are none, and take the pattern too long. */
const LONGEST_EMAIL = 1000;

const BYTE = /^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/;

function isRgbColor(text: string): boolean {
  const parts = /^rgb\(([\d\s,]*)\)$/.exec(text)?.[1]?.split(',') ?? [];
  return parts.length === 3 && parts.every((part) => BYTE.test(part.trim()));
}

const digitsOf = (text: string): string => text.replace(/[\s-]+/g, '');

function isIsbn10(text: string): boolean {
  const digits = digitsOf(text);
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  return weigh(digits, (index) => index + 1) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = digitsOf(text);
  return /^\d{13}$/.test(digits) && weigh(digits, (index) => (index % 2 === 0 ? 1 : 3)) % 10 === 0;
}

const weigh = (digits: string, weightOf: (index: number) => number): number =>
  Array.from(digits).reduce((sum, digit, index) => sum + weightOf(index) * (digit === 'X' ? 10 : Number(digit)), 0);

/** The issuers' prefixes and lengths. */
const CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

/** Whatever stands between the digits does not count. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(/\D+/g, '');
  if (!CARD.test(digits)) return false;
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
