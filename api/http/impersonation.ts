import type { IncomingMessage } from 'node:http';
import { put, type MutableObject } from '../../schemas/structural/own.ts';
import type { Impersonation } from '../pipeline/impersonate.ts';

const PREFIX = 'impersonate-';
const EXTRA = 'impersonate-extra-';

/** What the headers ask for; undefined in nearly all requests. */
export function impersonationOf(request: IncomingMessage): Impersonation | undefined {
  const names = Object.keys(request.headers).filter((name) => name.startsWith(PREFIX));
  if (names.length === 0) return undefined;
  const { headersDistinct } = request;
  const values = (name: string): readonly string[] => headersDistinct[name] ?? [];
  const extra: MutableObject = {};
  for (const name of names.filter((one) => one.startsWith(EXTRA))) {
    put(extra, unescapeKey(name.slice(EXTRA.length)), values(name));
  }
  return {
    user: values('impersonate-user')[0] ?? '',
    groups: values('impersonate-group'),
    uid: values('impersonate-uid')[0] ?? '',
    extra: extra as Impersonation['extra'],
  };
}

/** Keys hold what headers cannot: percent-encoded. */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
