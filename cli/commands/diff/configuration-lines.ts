/** What changed content of ConfigMaps and Secrets does to the containers that use it, in words. */
import type { ConfigMap, Container, ContainerVolumeMount, Secret } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import type { Versions } from '../../plan/versions-of.ts';

const CONTAINER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

/** A ConfigMap or Secret with the keys whose content an apply would change. */
interface Change {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly namespace: string;
  readonly name: string;
  readonly keys: ReadonlySet<string>;
}

type OnChange = NonNullable<ContainerVolumeMount['onChange']>;
interface Use {
  readonly onChange: OnChange;
  /** As variables, not as files. */
  readonly env: boolean;
}

/** A line for each container that uses what would change; asks for containers only when something would. */
export async function configurationLines(session: Session, versions: readonly Versions[]): Promise<readonly string[]> {
  const changes = versions.flatMap(changeOf);
  const several = new Set(changes.map(({ namespace }) => namespace)).size > 1;
  const lines: string[] = [];
  for (const change of changes) {
    const { items } = await session.client.list<Container>(CONTAINER, { namespace: change.namespace });
    const told = new Map(items.map((container) => [container.metadata.name, container]));
    // As they would be after the same apply.
    for (const { manifest, live, merged } of versions) {
      const { kind, name, namespace } = manifest;
      if (kind.kind !== 'Container' || kind.group !== 'tsmoby.dev' || namespace !== change.namespace) continue;
      if (live !== undefined) told.set(name, merged as Container);
    }
    for (const container of told.values()) {
      const effects = effectsOf(container, change);
      const what = `${change.kind} ${change.name}`;
      const where = several ? ` in namespace ${change.namespace}` : '';
      if (effects.length > 0)
        lines.push(`container.tsmoby.dev/${container.metadata.name}${where}: ${effects.join(', ')} (${what})`);
    }
  }
  return lines;
}

function changeOf({ manifest: { kind, name, namespace = '' }, live, merged }: Versions): readonly Change[] {
  if (kind.group !== '' || (kind.kind !== 'ConfigMap' && kind.kind !== 'Secret') || live === undefined) return [];
  const [before, after] = [contentOf(live), contentOf(merged)];
  const all = [...new Set([...before.keys(), ...after.keys()])];
  const keys = new Set(all.filter((key) => before.get(key) !== after.get(key)));
  return keys.size === 0 ? [] : [{ kind: kind.kind, namespace, name, keys }];
}

/** Each key with text that differs where its bytes do. */
function contentOf(object: KubeObject): ReadonlyMap<string, string> {
  const { data = {}, binaryData = {} } = object as Partial<ConfigMap> & Pick<Secret, 'data'>;
  return new Map([
    ...Object.entries(data).map(([key, value]) => [key, `data ${value}`] as const),
    ...Object.entries(binaryData).map(([key, value]) => [key, `binaryData ${value}`] as const),
  ]);
}

/** What follows, once each, in the order of the spec. */
function effectsOf(container: Container, change: Change): readonly string[] {
  const effects = [...mountsOf(container, change), ...variablesOf(container, change)].map((use) =>
    effectOf(use, container),
  );
  return [...new Set(effects)];
}

function mountsOf({ spec }: Container, { kind, name, keys }: Change): readonly Use[] {
  const volumes = (spec.volumes ?? []).filter(({ configMap, secret }) => {
    const source = kind === 'ConfigMap' ? configMap : secret;
    const named = kind === 'ConfigMap' ? configMap?.name : secret?.secretName;
    return named === name && (source?.items?.some(({ key }) => keys.has(key)) ?? true);
  });
  const mounted = new Set(volumes.map((volume) => volume.name));
  return (spec.volumeMounts ?? []).flatMap((mount) =>
    mounted.has(mount.name) ? [{ onChange: mount.onChange ?? {}, env: false }] : [],
  );
}

function variablesOf({ spec }: Container, { kind, name, keys }: Change): readonly Use[] {
  const ofKey = (spec.env ?? []).some(({ valueFrom }) => {
    const reference = kind === 'ConfigMap' ? valueFrom?.configMapKeyRef : valueFrom?.secretKeyRef;
    return reference?.name === name && keys.has(reference.key);
  });
  const ofAll = (spec.envFrom ?? []).some(({ configMapRef, secretRef }) => {
    const reference = kind === 'ConfigMap' ? configMapRef : secretRef;
    return reference?.name === name;
  });
  return ofKey || ofAll ? [{ onChange: { action: spec.envOnChange?.action ?? 'None' }, env: true }] : [];
}

function effectOf({ onChange, env }: Use, { spec }: Container): string {
  const { action = 'None', signal = 'SIGHUP', exec } = onChange;
  switch (action) {
    case 'None':
      return env ? 'sees new variables at its next start' : 'sees new files';
    case 'Signal':
      return `gets ${signal}`;
    case 'Exec':
      return `runs ${JSON.stringify((exec?.command ?? []).join(' '))}`;
    case 'Restart':
      return 'restarted';
    case 'Recreate':
      return spec.paused === true ? 'not touched while spec.paused is set, then replaced' : 'replaced';
  }
}
