/** The machine's own resolvers, as /etc/resolv.conf has them now. */
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

/** The file is looked at again after so many milliseconds. */
const lookMs = 1000;
/** As many as the C library asks. */
const most = 3;

/** Answers addresses of resolvers, those aside that are ours: asking them would go in circles. */
export function createResolvers(
  path: string,
  now: () => number,
  isOurs: (address: string) => boolean,
): () => readonly string[] {
  let seen = { at: -Infinity, stamp: '', servers: [] as readonly string[] };
  const look = (): void => {
    const at = now();
    if (at - seen.at < lookMs) return;
    const stamp = stampOf(path);
    seen = stamp === seen.stamp ? { ...seen, at } : { at, stamp, servers: parseResolvers(textOf(path)) };
  };
  return () => {
    look();
    return seen.servers.filter((server) => !isOurs(server)).slice(0, most);
  };
}

/** Addresses behind `nameserver`; what cannot be read as one is passed over, as the C library does. */
export function parseResolvers(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+([^\s#;]+)/.exec(line)?.[1])
    .filter((address) => address !== undefined && isIP(address) !== 0) as string[];
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : '';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
