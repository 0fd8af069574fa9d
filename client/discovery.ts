import type { KindRef } from '../schemas/object.ts';
import { parseApiVersion } from '../schemas/kinds.ts';
import { isObject } from '../schemas/structural/own.ts';
import { isReason } from './client.ts';
import { readAnswer, type Transport } from './http-transport.ts';
import { knownKind, unknownKind, type KindLocation } from './resource-path.ts';

/** Finds kinds: our own table first, then the server's discovery, whose answers are kept. */
export interface KindFinder {
  /** Rejects with ApiError NotFound when nobody serves the kind. */
  find(kind: KindRef, signal?: AbortSignal): Promise<KindLocation>;
}

export function createKindFinder(transport: Transport): KindFinder {
  const found = new Map<string, KindLocation>();
  return {
    async find(kind, signal) {
      const known = knownKind(kind) ?? found.get(`${kind.apiVersion} ${kind.kind}`);
      if (known !== undefined) return known;
      const location = await discover(transport, kind, signal);
      if (location === undefined) throw unknownKind(kind);
      found.set(`${kind.apiVersion} ${kind.kind}`, location);
      return location;
    },
  };
}

async function discover(
  transport: Transport,
  kind: KindRef,
  signal: AbortSignal | undefined,
): Promise<KindLocation | undefined> {
  const at = parseApiVersion(kind.apiVersion);
  if (at === undefined) return undefined;
  const path = at.group === '' ? `/api/${at.version}` : `/apis/${at.group}/${at.version}`;
  try {
    const list = await readAnswer(await transport.send({ method: 'GET', path, signal }));
    const rows = isObject(list) && Array.isArray(list['resources']) ? (list['resources'] as readonly Row[]) : [];
    const row = rows.find((one) => one.kind === kind.kind && !one.name.includes('/'));
    return row && { plural: row.name, scope: row.namespaced ? 'Namespaced' : 'Cluster', listKind: `${row.kind}List` };
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** APIResource of meta/v1, as far as we read it. */
interface Row {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}
