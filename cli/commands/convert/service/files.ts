/** Configs and secrets of a service, as files. */
import { posix } from 'node:path';
import type { ContainerVolumeMount } from '../../../../schemas/gen/types.ts';
import { dropped } from '../book/dropped.ts';
import type { Field, Handlers } from '../book/field.ts';
import { dataKeyOf, hostFileOf } from '../project/data.ts';
import type { Resource } from '../project/resources.ts';
import type { ServiceDraft } from './draft.ts';

/** docker compose makes a new container when the content changed. */
const FOLLOW: Pick<ContainerVolumeMount, 'onChange'> = { onChange: { action: 'Recreate' } };

export const fileKeys: Handlers<ServiceDraft> = {
  configs(field, draft) {
    for (const item of field.items()) mountFile(item, draft, 'configs', '/');
    field.to(draft.at('spec.volumes[].configMap'));
  },
  secrets(field, draft) {
    for (const item of field.items()) mountFile(item, draft, 'secrets', '/run/secrets');
    field.to(draft.at('spec.volumes[].secret'));
  },
};

function mountFile(item: Field, draft: ServiceDraft, sort: 'configs' | 'secrets', directory: string): void {
  const long = item.node.type === 'map' ? item : undefined;
  const source = (long === undefined ? item : (long.get('source') ?? item.fail('the source is missing'))).text();
  const resource = draft.c.resources.use(sort, source, item);
  const target = posix.resolve(directory, long?.get('target')?.text() ?? source);
  if (long !== undefined) dropped(long, ['source', 'target', 'uid', 'gid', 'mode']);
  const host = hostFileOf(resource, draft.c);
  if (host !== undefined) {
    draft.c.hostPaths.add(host);
    draft.mount(target, {
      source: { hostPath: { path: host, type: 'File' } },
      label: `${sort}-${resource.name}`,
      mount: { mountPath: target, readOnly: true },
    });
    return;
  }
  draft.mount(target, {
    source: sourceOf(resource, long),
    label: resource.name,
    mount: { mountPath: target, subPath: dataKeyOf(resource), readOnly: true, ...FOLLOW },
  });
}

function sourceOf(resource: Resource, long: Field | undefined): object {
  const key = dataKeyOf(resource);
  const mode = long?.get('mode');
  const owner = (name: 'uid' | 'gid'): object => {
    const field = long?.get(name);
    return field === undefined ? {} : { [name]: field.integer() };
  };
  const item = {
    key,
    path: key,
    ...(mode === undefined ? {} : { mode: modeOf(mode) }),
    ...owner('uid'),
    ...owner('gid'),
  };
  const items = Object.keys(item).length > 2 ? { items: [item] } : {};
  return resource.sort === 'configs'
    ? { configMap: { name: resource.name, ...items } }
    : { secret: { secretName: resource.name, ...items } };
}

/** `0440`, also in quotes: octal. */
function modeOf(field: Field): number {
  const { node } = field;
  const mode =
    node.type === 'scalar' && typeof node.value === 'number'
      ? node.value
      : Number.parseInt(field.text().replace(/^0o/, ''), 8);
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) field.fail('write permission bits like 0440');
  return mode;
}
