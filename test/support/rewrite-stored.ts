import { keyOf } from '../../api/registry/kind-store.ts';
import type { ObjectRef } from '../../schemas/object.ts';
import type { ApiWorld } from './api-world.ts';

/** Puts another text into a stored Container, past all checks: as an object from before there were any. */
export async function rewriteStored({ server }: ApiWorld, target: ObjectRef, from: string, to: string): Promise<void> {
  const kind = server.kind('tsmoby.dev', 'containers');
  if (kind === undefined) throw new Error('there are no Containers');
  const key = keyOf(kind, target.namespace ?? '', target.name);
  const entry = await kind.store.get(key);
  const before = Buffer.from(entry?.value ?? []).toString('latin1');
  if (entry === undefined || !before.includes(from)) throw new Error(`${key} does not hold ${from}`);
  await kind.store.update(key, Buffer.from(before.replaceAll(from, to), 'latin1'), entry.modRevision);
}
