/** Where a repository is: what people write, checked before git sees it, and without the secrets that some put into it. */
import { posix } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { GitCredentials } from '../ports/build-contexts.ts';

export interface GitAddress {
  /** For git's command line: without user information for http, never beginning with a dash. */
  readonly url: string;
  readonly protocol: 'https' | 'http' | 'ssh' | 'git' | 'file';
  /** Scheme, host and port, for http. */
  readonly origin?: string;
  /** What stood in the URL. */
  readonly credentials?: GitCredentials;
}

const protocols = ['https', 'http', 'ssh', 'git', 'file'] as const;

/** `user@host:path`. */
const scpForm =
  /^[\w.][\w.-]*@[A-Za-z0-9[][A-Za-z0-9.:[\]-]*:[^/\\].*$|^[\w.][\w.-]*@[A-Za-z0-9[][A-Za-z0-9.:[\]-]*:\/[^/].*$/;

/** Throws InvalidArgument. */
export function parseAddress(text: string): GitAddress {
  if (/[\s\p{Cc}]/u.test(text) || text.startsWith('-')) throw refused(text);
  if (text.startsWith('/')) return { url: text, protocol: 'file' };
  if (scpForm.test(text)) return { url: text, protocol: 'ssh' };
  const url = URL.parse(text);
  const protocol = protocols.find((name) => url?.protocol === `${name}:`);
  if (url === null || protocol === undefined || !text.includes('://')) throw refused(text);
  if (protocol !== 'file' && (url.hostname === '' || url.hostname.startsWith('-') || url.username.startsWith('-'))) {
    throw refused(text);
  }
  if (url.password !== '' && protocol !== 'http' && protocol !== 'https') throw withPassword(url, protocol);
  return protocol === 'http' || protocol === 'https' ? webAddress(url, protocol) : { url: text, protocol };
}

function webAddress(url: URL, protocol: 'http' | 'https'): GitAddress {
  const [username, password] = [decode(url.username), decode(url.password)];
  url.username = '';
  url.password = '';
  const credentials = { type: 'basic', username, password } as const;
  return {
    url: url.href,
    protocol,
    origin: url.origin,
    ...(username === '' && password === '' ? {} : { credentials }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(text: string): RuntimeError {
  const shown = JSON.stringify(text.replace(/\/\/.*@/s, '//…@').slice(0, 200));
  return new RuntimeError(
    'InvalidArgument',
    `${shown} is no address of a git repository: https://, http://, ssh://, git://, file://, user@host:path or an absolute path`,
  );
}

/** Nobody would ask for it, and it would stand on command lines and in messages of git and ssh. */
function withPassword({ protocol, host, pathname }: URL, kind: GitAddress['protocol']): RuntimeError {
  const instead: Partial<Record<GitAddress['protocol'], string>> = {
    ssh: 'give a key in a Secret of type kubernetes.io/ssh-auth (secretRef)',
    git: 'that protocol asks for none; use https:// and a Secret of type kubernetes.io/basic-auth (secretRef)',
  };
  return new RuntimeError(
    'InvalidArgument',
    `${protocol}//…@${host}${pathname}: there is a password in the address, which is not taken: ${instead[kind] ?? 'leave it out'}`,
  );
}

/** A submodule's address; one that begins with `./` or `../` counts from that of the repository which it stands in. Throws InvalidArgument. */
export function parseSubmoduleAddress(text: string, parent: GitAddress): GitAddress {
  const address = parseAddress(/^\.\.?(\/|$)/.test(text) ? relativeTo(parent.url, text) : text);
  // A repository from elsewhere must not reach repositories of this machine.
  if (address.protocol === 'file' && parent.protocol !== 'file') throw refused(text);
  return address;
}

function relativeTo(base: string, text: string): string {
  const [, head = '', path = ''] = /^([a-z]+:\/\/[^/]*|[^/]*@[^/]*:|)(.*)$/s.exec(base) ?? [];
  const joined = posix.join(path === '' ? '/' : path, text).replace(/\/+$/, '');
  if (joined === '..' || joined.startsWith('../')) throw refused(text);
  return head + joined;
}

/** A branch, tag or commit as somebody names it: nothing that git would take for an option, a range or an expression. Throws InvalidArgument. */
export function checkRef(ref: string): string {
  const odd = /^[-/.]|[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\.lock(\/|$)|\/\.|[/.]$/u;
  if (ref === '' || ref === '@' || odd.test(ref)) {
    throw new RuntimeError('InvalidArgument', `${JSON.stringify(ref)} is no name of a branch, tag or commit`);
  }
  return ref;
}

/** A whole commit id, SHA-1 or SHA-256. */
export const isCommit = (ref: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);

/** What may be the beginning of one. */
export const mayBeCommit = (ref: string): boolean => /^[0-9a-f]{4,64}$/i.test(ref);
