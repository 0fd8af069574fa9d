/** Names and numbers that derive from whose things they are. */
import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

const plain = (uid: string): string => uid.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** What the names of all bridges of a store begin with. */
export const bridgePrefix = (identity: string): string => `ts${plain(identity).slice(0, 5)}-`;

/** 15 characters, as many as the kernel allows. Where the first of the uid are taken, those of its digest. */
export function bridgeName(identity: string, uid: string, taken: ReadonlySet<string>): string {
  const name = `${bridgePrefix(identity)}${plain(uid).slice(0, 7)}`;
  if (!taken.has(name)) return name;
  return `${bridgePrefix(identity)}${createHash('sha256').update(uid).digest('hex').slice(0, 7)}`;
}

/** Always the same for a sandbox in a network: unicast, locally administered. */
export function macOf(sandbox: string, network: string): string {
  const digest = createHash('sha256').update(`${sandbox}\n${network}`).digest('hex').slice(0, 10);
  return ['02', ...(digest.match(/../g) ?? [])].join(':');
}

export function checkId(id: string): void {
  if (!NAME.test(id)) throw new RuntimeError('InvalidArgument', `${JSON.stringify(id)} cannot be the id of a sandbox`);
}

export function checkUid(uid: string): void {
  if (!NAME.test(uid))
    throw new RuntimeError('InvalidArgument', `${JSON.stringify(uid)} cannot be the uid of a network`);
}

export function checkHostname(id: string, hostname: string): void {
  if (NAME.test(hostname)) return;
  throw new RuntimeError('InvalidArgument', `sandbox ${id}: ${JSON.stringify(hostname)} is not a host name`);
}
