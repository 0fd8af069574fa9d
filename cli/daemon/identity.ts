import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiServer } from '../../api/server.ts';

/** The store's identity: the uid of namespace kube-system, made with it and never changed. */
export function identityOf(server: Pick<ApiServer, 'kind'>): string {
  const uid = server.kind('', 'namespaces')?.cache.get('', 'kube-system')?.uid;
  if (uid === undefined) throw new Error('the store has no namespace kube-system');
  return uid;
}

export const IDENTITY_FILE = 'identity';

/** Writes it beside the store and into the run directory: what has its name on this machine is found by it, also when the store is lost. */
export async function keepIdentity(identity: string, directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    if ((await keptIdentity([directory])) === identity) continue;
    await writeFile(join(directory, IDENTITY_FILE), `${identity}\n`, { mode: 0o600 });
  }
}

/** What is written in the first of these that has it. */
export async function keptIdentity(directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) {
    const text = await readFile(join(directory, IDENTITY_FILE), 'utf8').catch(() => '');
    if (UUID.test(text.trim())) return text.trim();
  }
  return undefined;
}

/** A half-written one names nobody, and a part of it might name others. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
