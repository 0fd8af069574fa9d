import { isAbsolute, resolve } from 'node:path';
import type { JsonObject } from '../../schemas/object.ts';
import { isObject } from '../../schemas/structural/own.ts';

/**
 * An Image's `spec.archive.path` must be absolute for the daemon, which does not know where a manifest lies; in a
 * manifest it may be relative, and counts from the manifest's directory. The object itself comes back when there is
 * nothing to do; undefined when a relative path has nothing to count from.
 */
export function withAbsolutePaths(object: JsonObject, directory: string | undefined): JsonObject | undefined {
  const { apiVersion, kind, spec } = object;
  if (kind !== 'Image' || typeof apiVersion !== 'string' || !apiVersion.startsWith('tsmoby.dev/')) return object;
  const archive = isObject(spec) ? spec['archive'] : undefined;
  const path = isObject(archive) ? archive['path'] : undefined;
  if (!isObject(spec) || !isObject(archive) || typeof path !== 'string' || path === '' || isAbsolute(path))
    return object;
  if (directory === undefined) return undefined;
  return { ...object, spec: { ...spec, archive: { ...archive, path: resolve(directory, path) } } };
}
