import { leased, type Connection } from './connection.ts';
import { isGrpc, unlessGone } from './errors.ts';
import { collect } from './images/source.ts';

/** A committed blob as a whole; undefined when it is not there. `limit` in bytes. */
export async function readContent(
  connection: Connection,
  digest: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const pages = connection.services.content.read({ digest }, { signal });
  return unlessGone(collect(dataOf(pages), limit, `blob ${digest}`));
}

/** Whether the blob's file can really be opened: the record alone may outlive it. */
export async function hasContent(connection: Connection, digest: string, signal?: AbortSignal): Promise<boolean> {
  try {
    for await (const _ of connection.services.content.read({ digest, size: 1n }, { signal })) return true;
    return true;
  } catch (error) {
    if (isGrpc(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

/** Merges labels into those of a blob that is there already. */
export async function labelContent(
  connection: Connection,
  digest: string,
  labels: Readonly<Record<string, string>>,
  lease: string,
): Promise<void> {
  const paths = Object.keys(labels).map((key) => `labels.${key}`);
  if (paths.length === 0) return;
  await connection.services.content.update(
    { info: { digest, labels: { ...labels } }, updateMask: { paths } },
    { headers: leased(lease) },
  );
}

async function* dataOf(pages: AsyncIterable<{ readonly data: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { data } of pages) yield data;
}
