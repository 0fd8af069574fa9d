import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { ManifestFile, ReadFiles } from '../../../../runtime/ports/manifest-files.ts';
import type { RenderOptions } from '../../../../controllers/sync/render/types.ts';

export function fileOf(path: string, text: string | Uint8Array): ManifestFile {
  const bytes = Buffer.from(text);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { path, directory: posix.dirname(posix.join('/repo', path)), bytes, digest };
}

export const readOf = (...files: readonly ManifestFile[]): ReadFiles => ({ files, problems: [], digest: 'sha256:0' });

export const reading = (texts: Readonly<Record<string, string | Uint8Array>>): ReadFiles =>
  readOf(...Object.entries(texts).map(([path, text]) => fileOf(path, text)));

const CLUSTER = ['Namespace', 'CustomResourceDefinition'];
const NAMESPACED = ['ConfigMap', 'Secret', 'Build', 'Container'];

export const options: RenderOptions = {
  namespace: 'apps',
  scopeOf: ({ kind }) => (CLUSTER.includes(kind) ? 'Cluster' : NAMESPACED.includes(kind) ? 'Namespaced' : undefined),
};

export const withVariables = (variables: Readonly<Record<string, string>>, strict = true): RenderOptions => ({
  ...options,
  substitute: { variables, strict },
});

export const configMap = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}`;
