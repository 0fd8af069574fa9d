/** Manifests as text, and as files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { encodeYaml, encodeYamlDocuments } from '../../../schemas/text/encode-yaml.ts';
import { CommandError } from '../../errors.ts';
import type { ManifestObject } from './conversion.ts';

export type Format = 'yaml' | 'json';

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 4)}\n`;

/** All as one text: YAML documents, or a List. */
export function manifestText(manifests: readonly ManifestObject[], format: Format): string {
  if (format === 'json') return json({ apiVersion: 'v1', kind: 'List', items: manifests });
  return encodeYamlDocuments(manifests);
}

/** Below a namespace that comes first. */
export function inNamespace(
  manifests: readonly ManifestObject[],
  namespace: string | undefined,
): readonly ManifestObject[] {
  if (namespace === undefined) return manifests;
  const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  return [
    ...(namespace === 'default' ? [] : [made]),
    ...manifests.map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace } })),
  ];
}

/** One file for each; only the owner can read those with secrets. Resolves with their names. Rejects with CommandError. */
export async function writeManifests(
  manifests: readonly ManifestObject[],
  directory: string,
  format: Format,
  cwd: string,
): Promise<readonly string[]> {
  const folder = resolve(cwd, directory);
  const names: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const manifest of manifests) {
      const name = `${manifest.kind.toLowerCase()}-${manifest.metadata.name}.${format}`;
      const mode = manifest.kind === 'Secret' ? 0o600 : 0o644;
      await writeFile(join(folder, name), format === 'json' ? json(manifest) : encodeYaml(manifest), { mode });
      names.push(join(directory, name));
    }
  } catch (error) {
    throw new CommandError(`cannot write to "${directory}": ${(error as Error).message}`, { cause: error });
  }
  return names;
}
