/** One service into its Containers. */
import type { ContainerSpec, ContainerVolume, ContainerVolumeMount } from '../../../../schemas/gen/types.ts';
import { convertKeys, type Handlers } from '../book/field.ts';
import { PROJECT_LABEL, SERVICE_LABEL, TSMOBY, type Conversion, type ServicePlan } from '../conversion.ts';
import { ServiceDraft, type Mount } from './draft.ts';
import { environmentKeys, putEnvironment } from './environment.ts';
import { fileKeys } from './files.ts';
import { healthKeys } from './health.ts';
import { lookupKeys } from './lookup.ts';
import { machineKeys } from './machine.ts';
import { miscKeys } from './misc.ts';
import { mountKeys, volumeName } from './mounts.ts';
import { networkKeys, putNetworks, serviceNamed } from './networks.ts';
import { orderKeys, putImpliedOrder } from './order.ts';
import { portKeys, portsOf } from './ports.ts';
import { processKeys, putCommand } from './process.ts';
import { resourceKeys } from './resources.ts';
import { restartKeys } from './restart.ts';
import { securityKeys } from './security.ts';
import { unsupportedKeys } from './unsupported.ts';

/** docker's time of grace. */
const GRACE_SECONDS = 10;

/** Every key that a service can have. */
export const serviceKeys: Handlers<ServiceDraft> = {
  ...processKeys,
  ...environmentKeys,
  ...portKeys,
  ...mountKeys,
  ...fileKeys,
  ...networkKeys,
  ...orderKeys,
  ...healthKeys,
  ...resourceKeys,
  ...restartKeys,
  ...securityKeys,
  ...machineKeys,
  ...lookupKeys,
  ...miscKeys,
  ...unsupportedKeys,
  build(field, draft) {
    if (field.isNull) field.ignored('it is empty');
    else draft.build = field;
  },
};

/** Reads all that is said of a service but its build. Mistakes go into the book. */
export function readService(plan: ServicePlan, conversion: Conversion): ServiceDraft {
  const draft = new ServiceDraft(plan, conversion);
  convertKeys(plan.field, serviceKeys, draft);
  return draft;
}

/** Puts the Containers of a service among the manifests, and Volumes that are theirs alone. `drafts` are all services. */
export function finishService(
  draft: ServiceDraft,
  drafts: ReadonlyMap<string, ServiceDraft>,
  links: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  const { plan, c, spec, security } = draft;
  putImage(draft);
  putCommand(draft);
  putEnvironment(draft);
  putNetworks(draft, links.get(plan.key) ?? new Set());
  putImpliedOrder(draft);
  if (draft.sysctls.size > 0) security.sysctls = [...draft.sysctls].map(([name, value]) => ({ name, value }));
  if (Object.keys(security).length > 0) spec.securityContext = security;
  const resources = {
    ...(Object.keys(draft.limits).length === 0 ? {} : { limits: draft.limits }),
    ...(Object.keys(draft.requests).length === 0 ? {} : { requests: draft.requests }),
  };
  if (Object.keys(resources).length > 0) spec.resources = resources;
  spec.restartPolicy ??= 'Never';
  spec.terminationGracePeriodSeconds ??= GRACE_SECONDS;
  for (const [index, name] of plan.names.entries()) {
    const ports = portsOf(draft.ports, index, spec.hostNetwork === true || spec.networkMode !== undefined);
    c.manifests.push({
      apiVersion: TSMOBY,
      kind: 'Container',
      metadata: {
        name,
        labels: { [PROJECT_LABEL]: c.project, [SERVICE_LABEL]: serviceLabel(plan), ...draft.labels },
        ...(Object.keys(draft.annotations).length === 0 ? {} : { annotations: draft.annotations }),
      },
      spec: { ...spec, ...(ports.length === 0 ? {} : { ports }), ...mountsOf(draft, drafts, name) },
    });
  }
}

/** A label takes what a service can be called, but for its length. */
const serviceLabel = ({ key }: ServicePlan): string =>
  key
    .slice(0, 63)
    .replace(/[^a-zA-Z0-9]+$/, '')
    .replace(/^[^a-zA-Z0-9]+/, '');

function putImage(draft: ServiceDraft): void {
  const { plan, c, spec, image, platform } = draft;
  const build = c.buildOf.get(plan.key);
  if (build !== undefined) {
    spec.imageFrom = { kind: 'Build', name: build };
    return;
  }
  if (image === undefined) {
    if (draft.build === undefined) plan.field.fail('give an image, or a build');
    return;
  }
  spec.image = image;
  // docker compose asks the registry only for what is not there, whatever the tag
  if (isLatest(image)) spec.imagePullPolicy ??= 'IfNotPresent';
  if (platform === undefined || c.references.has(image)) return;
  c.references.add(image);
  c.manifests.push({
    apiVersion: TSMOBY,
    kind: 'Image',
    metadata: { name: c.names.take('Image', `${plan.key}-image`), labels: { [PROJECT_LABEL]: c.project } },
    spec: {
      reference: image,
      platform,
      ...(spec.imagePullPolicy === undefined ? {} : { pullPolicy: spec.imagePullPolicy }),
    },
  });
}

const isLatest = (image: string): boolean => !image.includes('@') && /(?:^|\/)[^/:]+(?::latest)?$/.test(image);

/** The entries of `volumes` and `volumeMounts`, those of other services (`volumes_from`) below its own. */
function mountsOf(
  draft: ServiceDraft,
  drafts: ReadonlyMap<string, ServiceDraft>,
  container: string,
): Pick<ContainerSpec, 'volumes' | 'volumeMounts'> {
  const all = new Map<string, Mount & { readonly owner: string }>();
  for (const { field, service, readOnly } of draft.volumesFrom) {
    const plan = serviceNamed(draft.c, service, field);
    for (const [path, mount] of drafts.get(service)?.mounts ?? [])
      if (mount.own !== undefined || 'volume' in mount.source || 'hostPath' in mount.source)
        all.set(path, {
          ...mount,
          mount: readOnly ? { ...mount.mount, readOnly } : mount.mount,
          owner: plan.names[0] ?? container,
        });
  }
  for (const [path, mount] of draft.mounts) all.set(path, { ...mount, owner: container });
  if (all.size === 0) return {};
  const names = new Set<string>();
  const entries = new Map<string, ContainerVolume>();
  const volumeMounts: ContainerVolumeMount[] = [];
  for (const { label, source, mount, own, owner } of all.values()) {
    const real = own === undefined ? source : { volume: { name: ownVolume(draft.c, owner, own) } };
    // memory is nobody else's, however much alike; all others are one thing mounted twice
    const id = 'emptyDir' in real ? mount.mountPath : JSON.stringify(real);
    const entry = entries.get(id) ?? { name: volumeName(label, names), ...real };
    entries.set(id, entry);
    volumeMounts.push({ name: entry.name, ...mount });
  }
  return { volumes: [...entries.values()], volumeMounts };
}

/** An anonymous volume of docker's: it begins with the image's content, and goes when the object goes. */
function ownVolume(c: Conversion, owner: string, path: string): string {
  const id = `${owner} ${path}`;
  const known = c.ownVolumes.get(id);
  if (known !== undefined) return known;
  // a volume of the file may be called so
  const name = c.names.take('Volume', `${owner}${path}`);
  c.ownVolumes.set(id, name);
  c.manifests.push({
    apiVersion: TSMOBY,
    kind: 'Volume',
    metadata: { name, labels: { [PROJECT_LABEL]: c.project } },
    spec: { populate: 'Image', reclaimPolicy: 'Delete' },
  });
  return name;
}
