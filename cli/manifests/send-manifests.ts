import { ApiError } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { isUnreachable } from '../connect/session.ts';
import { note, type Io } from '../io.ts';
import type { Written } from '../output/written.ts';
import type { Manifest } from './manifest.ts';
import { refusalLines } from './refusal-lines.ts';

/** Sends manifests one after the other; a refusal is told, and does not stop the others. */
export async function sendManifests(
  io: Io,
  manifests: readonly Manifest[],
  verb: string,
  send: (manifest: Manifest) => Promise<KubeObject>,
): Promise<{ readonly written: readonly Written[]; readonly failed: boolean }> {
  const written: Written[] = [];
  let failed = false;
  for (const manifest of manifests) {
    try {
      written.push({ kind: manifest.kind, object: await send(manifest), verb });
    } catch (error) {
      if (isUnreachable(error) || !(error instanceof ApiError)) throw error;
      failed = true;
      for (const line of refusalLines(manifest, error)) note(io, line);
    }
  }
  return { written, failed };
}
