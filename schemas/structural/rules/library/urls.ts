import { EvaluationError } from '@marcbachmann/cel-js';
import type { Library } from './library.ts';

/** net/url's URL as a value of the language: an absolute URL, or an absolute path. */
class CelUrl {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;

  constructor(text: string, [, scheme = '', host = '', path = '', query = '']: readonly string[]) {
    this.text = text;
    this.scheme = scheme.toLowerCase();
    this.host = host;
    this.path = path;
    this.query = query;
  }
}

/** Scheme, authority without user, path, query. What Go's ParseRequestURI takes: no fragment, no blanks. */
const form =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/(?:[^/?#@\s]*@)?(\[[0-9A-Fa-f:.%]+\](?::\d*)?|[^/?#\s[\]\\^<>"`{}|]*))?)?(\/[^?\s]*)?(?:\?(\S*))?$/;

/** Kubernetes' `url`. */
export const urls: Library = {
  types: { 'net.url.URL': CelUrl },
  functions: {
    'isURL(string): bool': (text: string) => parse(text) !== undefined,
    'url(string): net.url.URL': (text: string) => {
      const url = parse(text);
      if (url === undefined)
        throw new EvaluationError(
          `URL parse error during conversion from string: ${JSON.stringify(text.slice(0, 200))}`,
        );
      return url;
    },
    'net.url.URL.getScheme(): string': ({ scheme }: CelUrl) => scheme,
    'net.url.URL.getHost(): string': ({ host }: CelUrl) => host,
    'net.url.URL.getHostname(): string': ({ host }: CelUrl) => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1'),
    'net.url.URL.getPort(): string': ({ host }: CelUrl) => /:(\d*)$/.exec(host)?.[1] ?? '',
    'net.url.URL.getEscapedPath(): string': ({ path }: CelUrl) => encodeURI(decode(path)),
    'net.url.URL.getQuery(): map<string, list<string>>': ({ query }: CelUrl) => {
      const members = new Map<string, string[]>();
      for (const [key, value] of new URLSearchParams(query)) members.set(key, [...(members.get(key) ?? []), value]);
      return members;
    },
  },
  operators: { 'net.url.URL == net.url.URL': (a: CelUrl, b: CelUrl) => a.text === b.text },
};

function parse(text: string): CelUrl | undefined {
  const found = form.exec(text);
  if (found === null || text === '') return undefined;
  const [, scheme, host, path] = found;
  if (scheme === undefined && path === undefined) return undefined;
  if (scheme !== undefined && host === undefined && path === undefined) return undefined;
  if (/%(?![0-9A-Fa-f]{2})/.test(path ?? '')) return undefined;
  return new CelUrl(text, found);
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
