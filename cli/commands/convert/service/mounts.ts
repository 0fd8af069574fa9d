/** What a service mounts: `volumes`, `tmpfs`, `volumes_from`, `shm_size`. */
import { homedir } from 'node:os';
import { posix, resolve } from 'node:path';
import type { ContainerVolumeHostPath } from '../../../../schemas/gen/types.ts';
import { dropped } from '../book/dropped.ts';
import type { Field, Handlers } from '../book/field.ts';
import { labelOf } from '../names.ts';
import { sizeOf } from '../values.ts';
import type { ServiceDraft } from './draft.ts';

export const mountKeys: Handlers<ServiceDraft> = {
  volumes(field, draft) {
    for (const item of field.items()) {
      if (item.node.type === 'map') longVolume(item, draft);
      else shortVolume(item, draft);
    }
    field.to(draft.at('spec.volumeMounts and spec.volumes'));
  },
  tmpfs(field, draft) {
    const further = new Set<string>();
    for (const item of field.items()) {
      const [path = '', options = ''] = item.text().split(':');
      const parts = options.split(',').filter((part) => part !== '');
      const size = parts.find((part) => part.startsWith('size='))?.slice('size='.length);
      for (const part of parts) if (!/^(size=|rw$|mode=1777$|nosuid$|nodev$)/.test(part)) further.add(part);
      const limit = size === undefined ? undefined : docker(size);
      memory(draft, targetOf(item, path), limit, parts.includes('ro'));
    }
    const target = draft.at('spec.volumes[].emptyDir {medium: Memory}');
    if (further.size === 0) field.to(target);
    else field.about(target, `mode 1777, without ${[...further].join(', ')}`);
  },
  shm_size(field, draft) {
    memory(draft, '/dev/shm', sizeOf(field), false);
    field.to(draft.at('spec.volumes[].emptyDir {medium: Memory} at /dev/shm'));
  },
  volumes_from(field, draft) {
    const others: string[] = [];
    for (const item of field.items()) {
      const [, container, service = '', mode] = /^(container:)?([^:]+)(?::(ro|rw))?$/.exec(item.text()) ?? [];
      if (container !== undefined) others.push(item.text());
      else draft.volumesFrom.push({ field: item, service, readOnly: mode === 'ro' });
    }
    const target = draft.at('spec.volumeMounts');
    if (others.length === 0) field.to(target);
    else field.unsupported(`${others.join(', ')} is none of this file: mount its volumes under their names`);
  },
};

const docker = (size: string): string => size.replace(/([kmgt])i?b?$/i, (unit) => `${unit[0]?.toUpperCase() ?? ''}i`);

function memory(draft: ServiceDraft, path: string, sizeLimit: string | undefined, readOnly: boolean): void {
  draft.mount(path, {
    source: { emptyDir: { medium: 'Memory', ...(sizeLimit === undefined ? {} : { sizeLimit }) } },
    label: `tmpfs${path}`,
    mount: { mountPath: path, ...(readOnly ? { readOnly } : {}) },
  });
}

function targetOf(field: Field, text: string): string {
  if (!text.startsWith('/') || text.includes(':'))
    field.fail(`write an absolute path in the container, and not ${JSON.stringify(text)}`);
  const path = posix.normalize(text).replace(/(.)\/$/, '$1');
  if (path === '/') field.fail('nothing can be mounted over /');
  return path;
}

/** `[SOURCE:]TARGET[:MODE]`. */
function shortVolume(item: Field, draft: ServiceDraft): void {
  const [source = '', target, mode = '', more] = item.text().split(':');
  if (more !== undefined) item.fail(`write [SOURCE:]TARGET[:MODE], and not ${JSON.stringify(item.text())}`);
  if (target === undefined) return anonymous(item, draft, targetOf(item, source), false);
  const options = mode.split(',').filter((option) => option !== '');
  const path = targetOf(item, target);
  const readOnly = options.includes('ro');
  const others = options.filter(
    (option) => !['ro', 'rw', 'nocopy', 'cached', 'delegated', 'consistent', 'z', 'Z'].includes(option),
  );
  if (others.length > 0) item.about('', `without the option ${others.join(', ')}`);
  if (/^(\.{1,2}(\/|$)|\/|~)/.test(source)) return bind(item, draft, { source, path, readOnly, make: true });
  return named(item, draft, { volume: source, path, readOnly, subPath: undefined, copy: !options.includes('nocopy') });
}

function longVolume(item: Field, draft: ServiceDraft): void {
  const type = item.get('type')?.text() ?? item.fail('the type is missing: volume, bind or tmpfs');
  const given = item.get('target') ?? item.fail('the target is missing: the path in the container');
  const path = targetOf(given, given.text());
  const source = item.get('source')?.text();
  const readOnly = item.get('read_only')?.boolean() ?? false;
  const options = item.get(type);
  dropped(item, ['type', 'target', 'source', 'read_only', 'volume', 'bind', 'tmpfs'], {
    consistency: (field) => field.ignored('it means nothing on Linux'),
    image: (field) =>
      field.unsupported('a mount of an image: make a Volume that it fills, or a Build that copies from it'),
  });
  switch (type) {
    case 'volume': {
      if (options !== undefined)
        dropped(options, ['nocopy', 'subpath'], {
          labels: (field) => field.unsupported('labels belong to the volume'),
        });
      if (source === undefined || source === '') return anonymous(item, draft, path, readOnly);
      return named(item, draft, {
        volume: source,
        path,
        readOnly,
        subPath: options?.get('subpath')?.text(),
        copy: !(options?.get('nocopy')?.boolean() ?? false),
      });
    }
    case 'bind': {
      if (options !== undefined)
        dropped(options, ['create_host_path'], {
          propagation: (field) =>
            field.text() === 'rprivate'
              ? field.ignored('it is so')
              : field.unsupported('mounts are private: mount it on the host first'),
          selinux: (field) => field.unsupported('label the path on the host'),
          recursive: (field) => field.ignored('what is mounted below is seen, too'),
        });
      if (source === undefined) return item.fail('the source is missing: a path of this machine');
      return bind(item, draft, { source, path, readOnly, make: options?.get('create_host_path')?.boolean() ?? true });
    }
    case 'tmpfs': {
      const size = options?.get('size');
      if (options !== undefined)
        dropped(options, ['size'], {
          mode: (field) => field.about(draft.at('spec.volumes[].emptyDir'), 'mode 1777'),
        });
      return memory(draft, path, size === undefined ? undefined : sizeOf(size), readOnly);
    }
    case 'image':
    case 'npipe':
    case 'cluster':
      return item.unsupported(`there are no mounts of type ${type}: use a volume or a bind`);
    default:
      return item.fail(`type: there are volume, bind and tmpfs, and not ${JSON.stringify(type)}`);
  }
}

interface Named {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
  readonly subPath: string | undefined;
  /** An empty volume gets what the image has at the path. */
  readonly copy: boolean;
}

function named(item: Field, draft: ServiceDraft, { volume, path, readOnly, subPath, copy }: Named): void {
  const { name } = draft.c.resources.use('volumes', volume, item);
  if (copy) draft.c.copied.add(volume);
  draft.mount(path, {
    source: { volume: { name } },
    label: name,
    mount: { mountPath: path, ...(readOnly ? { readOnly } : {}), ...(subPath === undefined ? {} : { subPath }) },
  });
}

/** One that goes with its container; like docker's it begins with what the image has at that path. */
function anonymous(_item: Field, draft: ServiceDraft, path: string, readOnly: boolean): void {
  draft.mount(path, {
    source: { volume: { name: '' } },
    label: `data${path}`,
    mount: { mountPath: path, ...(readOnly ? { readOnly } : {}) },
    own: path,
  });
}

interface Bind {
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** Make a directory where nothing is. */
  readonly make: boolean;
}

function bind(item: Field, draft: ServiceDraft, { source, path, readOnly, make }: Bind): void {
  const { c } = draft;
  const expanded = /^~(\/|$)/.test(source) ? (c.variables.find('HOME') ?? homedir()) + source.slice(1) : source;
  const host = resolve(item.node.origin.source.directory, expanded);
  const isThere = c.files.typeOf(host) !== undefined;
  const type: Pick<ContainerVolumeHostPath, 'type'> = !isThere && make ? { type: 'DirectoryOrCreate' } : {};
  c.hostPaths.add(host);
  draft.mount(path, {
    source: { hostPath: { path: host, ...type } },
    label: `host${path}`,
    mount: { mountPath: path, ...(readOnly ? { readOnly } : {}) },
  });
}

/** The name of an entry of `volumes`, unique in its spec. */
export function volumeName(label: string, taken: Set<string>): string {
  const base = (labelOf(label) ?? 'data').slice(0, 60);
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base.slice(0, 58)}-${String(number)}`;
  taken.add(name);
  return name;
}
