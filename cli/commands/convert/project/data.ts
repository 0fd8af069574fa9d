/** Configs and secrets: what their objects hold. */
import { basename, resolve } from 'node:path';
import { dropped } from '../book/dropped.ts';
import type { Field } from '../book/field.ts';
import { PROJECT_LABEL, type Conversion, type ManifestObject } from '../conversion.ts';
import { readNamed } from '../compose/files.ts';
import { labelsOf } from './labels.ts';
import { KIND_OF, type Resource } from './resources.ts';

/** An object holds a megabyte at most. */
const MOST_BYTES = 1_000_000;

/** The key in the object; of an external one it has to be called so. */
export function dataKeyOf(resource: Resource): string {
  const file = resource.field?.get('file');
  const wanted = resource.external || file === undefined ? resource.key : basename(file.text());
  return wanted.replaceAll(/[^-._a-zA-Z0-9]/g, '_').replace(/^\.\.+/, '_');
}

/** The file itself, where its content is more than an object can hold, or it is a directory. */
export function hostFileOf(resource: Resource, { files }: Conversion): string | undefined {
  const file = resource.field?.get('file');
  if (resource.external || file === undefined) return undefined;
  const path = pathOf(file);
  const bytes = files.typeOf(path) === 'file' ? files.read(path) : undefined;
  return bytes !== undefined && bytes.length > MOST_BYTES ? path : undefined;
}

const pathOf = (file: Field): string => resolve(file.node.origin.source.directory, file.text());

/** The bytes that a config or secret stands for; undefined: its definition says nothing of them. Throws ComposeError. */
export function contentOf(resource: Resource, c: Conversion): Uint8Array | undefined {
  const { field } = resource;
  const file = field?.get('file');
  const content = field?.get('content');
  const variable = field?.get('environment');
  if (file !== undefined) return readNamed(c.files, pathOf(file), file.text(), file.node.origin);
  if (content !== undefined) return Buffer.from(content.text());
  if (variable !== undefined) {
    const value = c.variables.find(variable.text());
    return value === undefined
      ? variable.fail(`the variable ${variable.text()} is not set: set it in the environment, or in an env file`)
      : Buffer.from(value);
  }
  return undefined;
}

/** Puts the ConfigMap or Secret among the manifests, and tells of its keys. */
export function convertData(resource: Resource, c: Conversion): void {
  const kind = resource.sort === 'configs' ? 'ConfigMap' : 'Secret';
  const { field } = resource;
  const at = `${KIND_OF[resource.sort]}/${resource.name}`;
  if (resource.external) {
    field?.get('external')?.about(at, `not made here: make it with the key ${dataKeyOf(resource)} before you apply`);
    field?.get('name')?.to(`${at} metadata.name`);
    return;
  }
  const sources = ['file', 'content', 'environment'].filter((key) => field?.get(key) !== undefined);
  const bytes = contentOf(resource, c);
  if (field === undefined || sources.length !== 1 || bytes === undefined) {
    c.book.problem(
      `${resource.sort}.${resource.key}: give one of file, content and environment, or external: true`,
      field?.origin,
    );
    return;
  }
  const key = dataKeyOf(resource);
  const host = hostFileOf(resource, c);
  const labels = field.get('labels');
  const meta = labels === undefined ? {} : labelsOf(labels, at);
  for (const name of sources) {
    const source = field.get(name);
    if (host === undefined) source?.to(name === 'file' ? `${at} data, as the file is now` : `${at} data`);
    else source?.about('Container spec.volumes[].hostPath', 'larger than an object can be: the file itself is mounted');
  }
  field.get('name')?.to(`${at} metadata.name`);
  dropped(field, [...sources, 'name', 'external', 'labels'], {
    driver: (one) => one.unsupported('drivers belong to swarm: use file, content or environment'),
    driver_opts: (one) => one.unsupported('drivers belong to swarm'),
    template_driver: (one) => one.unsupported('write the content as it is to be'),
  });
  if (host !== undefined) return;
  c.manifests.push({
    apiVersion: 'v1',
    kind,
    metadata: { name: resource.name, ...meta, labels: { [PROJECT_LABEL]: c.project, ...meta.labels } },
    ...(kind === 'Secret' ? { type: 'Opaque' } : {}),
    ...dataOf(kind, key, bytes),
  });
}

function dataOf(kind: string, key: string, bytes: Uint8Array): Pick<ManifestObject, 'data' | 'binaryData'> {
  const buffer = Buffer.from(bytes);
  if (kind === 'Secret') return { data: { [key]: buffer.toString('base64') } };
  const text = buffer.toString('utf8');
  return Buffer.from(text).equals(buffer)
    ? { data: { [key]: text } }
    : { binaryData: { [key]: buffer.toString('base64') } };
}
