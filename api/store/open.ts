import type { SqliteStoreOptions } from './sqlite.ts';
import type { Store } from './store.ts';

export type OpenStoreOptions = SqliteStoreOptions;

/**
 * The store that a URL names: `memory:`, or `sqlite:<path of the database file>`. Implementations are loaded when they are asked for.
 * Throws TypeError for a URL that names none; rejects with StoreError when the store cannot be opened.
 */
export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<Store> {
  const [, scheme, rest] = /^([a-z]+):(.*)$/s.exec(url) ?? [];
  if (scheme === 'memory' && rest === '') return (await import('./memory.ts')).openMemoryStore(options);
  if (scheme === 'sqlite' && rest) return (await import('./sqlite.ts')).openSqliteStore(rest, options);
  throw new TypeError(`store ${JSON.stringify(url)} is not known: use memory: or sqlite:<path of the database file>`);
}
