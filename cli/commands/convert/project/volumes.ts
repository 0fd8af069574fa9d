/** Volumes of a Compose file. */
import { resolve } from 'node:path';
import type { VolumeSpec } from '../../../../schemas/gen/types.ts';
import { convertKeys, type Field, type Handlers } from '../book/field.ts';
import { PROJECT_LABEL, TSMOBY, type Conversion } from '../conversion.ts';
import { labelsOf, type Meta } from './labels.ts';
import { Resources, type Resource } from './resources.ts';

interface VolumeDraft {
  readonly at: (path: string) => string;
  readonly c: Conversion;
  spec: VolumeSpec;
  meta: Meta;
}

export const volumeKeys: Handlers<VolumeDraft> = {
  name: (field, { at }) => field.to(at('metadata.name')),
  driver: (field) =>
    field.text() === 'local'
      ? field.ignored('it is so anyway')
      : field.unsupported(
          `a directory of tsmoby is made; what ${field.text()} holds has to be mounted on this machine, and be a hostPath`,
        ),
  driver_opts: optionsOf,
  labels(field, draft) {
    draft.meta = labelsOf(field, draft.at('').trim());
  },
  external: (field) => field.ignored('it is made here'),
};

/** Those of the driver local, which are those of mount(8). */
function optionsOf(field: Field, draft: VolumeDraft): void {
  const { at, c } = draft;
  const type = field.get('type')?.text() ?? '';
  const device = field.get('device')?.text() ?? '';
  const options = (field.get('o')?.text() ?? '').split(',').filter((option) => option !== '');
  if (type === 'tmpfs') {
    const size = options.find((option) => option.startsWith('size='))?.slice('size='.length);
    const limit = size?.replace(/([kmg])i?b?$/i, (unit) => `${unit[0]?.toUpperCase() ?? ''}i`);
    draft.spec = { tmpfs: limit === undefined ? {} : { sizeLimit: limit } };
    const others = options.filter((option) => !option.startsWith('size='));
    if (others.length === 0) field.to(at('spec.tmpfs'));
    else field.about(at('spec.tmpfs'), `without ${others.join(', ')}`);
  } else if (options.some((option) => /^r?bind$/.test(option)) && device !== '') {
    const path = resolve(field.node.origin.source.directory, device);
    c.hostPaths.add(path);
    draft.spec = { hostPath: { path } };
    field.to(at('spec.hostPath'));
  } else
    field.unsupported(
      `a directory of tsmoby is made; mount ${type === '' ? 'it' : type} on this machine, and make a hostPath of it`,
    );
}

/** Puts the Volume among the manifests, and tells of its keys. */
export function convertVolume(resource: Resource, c: Conversion): void {
  const { field, name } = resource;
  const at = (path: string): string => `Volume/${name} ${path}`;
  if (resource.external) {
    field?.get('external')?.about(at('').trim(), 'not made here: it has to be there before you apply');
    field?.get('name')?.to(at('metadata.name'));
    return;
  }
  Resources.tell(resource, at('').trim());
  const draft: VolumeDraft = { at, c, spec: c.copied.has(resource.key) ? { populate: 'Image' } : {}, meta: {} };
  if (field !== undefined) convertKeys(field, volumeKeys, draft);
  c.manifests.push({
    apiVersion: TSMOBY,
    kind: 'Volume',
    metadata: { name, ...draft.meta, labels: { [PROJECT_LABEL]: c.project, ...draft.meta.labels } },
    spec: draft.spec,
  });
}
