/** How it is built. */
import { resolve } from 'node:path';
import type { BuildCacheFrom, BuildCacheTo } from '../../../../schemas/gen/types.ts';
import type { Field, Handlers } from '../book/field.ts';
import { textOf } from '../compose/node.ts';
import { extraHosts } from '../hosts.ts';
import { ulimitsOf } from '../ulimits.ts';
import { sizeOf } from '../values.ts';
import type { BuildDraft } from './draft.ts';

const ENTITLEMENTS = ['network.host', 'security.insecure'] as const;
type Entitlement = (typeof ENTITLEMENTS)[number];

export const buildKeys: Handlers<BuildDraft> = {
  args(field, draft) {
    draft.spec.args = field.pairs().flatMap(([name, value]) => {
      const known = value.isNull ? draft.c.variables.find(name) : value.text();
      return known === undefined ? [] : [{ name, value: known }];
    });
    field.to(draft.at('spec.args'));
  },
  target(field, draft) {
    draft.spec.target = field.text();
    field.to(draft.at('spec.target'));
  },
  labels(field, draft) {
    draft.spec.labels = Object.fromEntries(
      field.pairs().map(([key, value]) => [key, value.node.type === 'scalar' ? textOf(value.node) : '']),
    );
    field.to(draft.at('spec.labels'));
  },
  platforms(field, draft) {
    draft.spec.platforms = field.texts();
    field.to(draft.at('spec.platforms'));
  },
  tags(field) {
    field.unsupported('a Build gives one reference, that of image: push under further names with spec.outputs');
  },
  cache_from(field, draft) {
    draft.spec.cache = { ...draft.spec.cache, from: field.items().map(cacheFrom) };
    field.to(draft.at('spec.cache.from'));
  },
  cache_to(field, draft) {
    draft.spec.cache = { ...draft.spec.cache, to: field.items().map(cacheTo) };
    field.to(draft.at('spec.cache.to'));
  },
  no_cache(field, draft) {
    draft.spec.noCache = field.boolean();
    field.to(draft.at('spec.noCache'));
  },
  no_cache_filter(field, draft) {
    draft.spec.noCacheStages = field.texts();
    field.to(draft.at('spec.noCacheStages'));
  },
  pull(field, draft) {
    draft.spec.pullPolicy = field.boolean() ? 'Always' : 'IfNotPresent';
    field.to(draft.at('spec.pullPolicy'));
  },
  network(field, draft) {
    const network = field.text();
    if (network === 'none') draft.spec.network = 'None';
    else if (network === 'host') {
      draft.spec.network = 'Host';
      entitle(draft, ['network.host']);
    } else if (network !== 'default')
      return field.unsupported(`steps run in the network of the builder, or host, or none, and not in ${network}`);
    return field.to(draft.at('spec.network'));
  },
  privileged(field, draft) {
    if (field.boolean()) entitle(draft, ['security.insecure']);
    field.to(draft.at('spec.entitlements, which the daemon must allow'));
  },
  entitlements(field, draft) {
    const wanted = field.items().map((item): Entitlement => {
      const text = item.text();
      return ENTITLEMENTS.find((one) => one === text) ?? item.fail(`there are ${ENTITLEMENTS.join(' and ')}`);
    });
    entitle(draft, wanted);
    field.to(draft.at('spec.entitlements, which the daemon must allow'));
  },
  extra_hosts(field, draft) {
    const { aliases, lost } = extraHosts(field);
    draft.spec.hostAliases = aliases;
    if (lost.length === 0) field.to(draft.at('spec.hostAliases'));
    else field.unsupported(`${lost.join(', ')}: give an address instead of ${lost.length === 1 ? 'a name' : 'names'}`);
  },
  ulimits(field, draft) {
    draft.spec.ulimits = ulimitsOf(field);
    field.to(draft.at('spec.ulimits'));
  },
  shm_size(field, draft) {
    draft.spec.shmSize = sizeOf(field);
    field.to(draft.at('spec.shmSize'));
  },
  isolation: (field) => field.ignored('it is for Windows'),
  provenance(field, draft) {
    attest(field, draft, 'provenance');
  },
  sbom(field, draft) {
    attest(field, draft, 'sbom');
  },
};

function entitle({ spec }: BuildDraft, more: readonly Entitlement[]): void {
  spec.entitlements = [...new Set([...(spec.entitlements ?? []), ...more])];
}

function attest(field: Field, draft: BuildDraft, what: 'provenance' | 'sbom'): void {
  const text = field.text();
  if (text === 'false') return field.ignored('none');
  const [, name, value = ''] = /^(mode|generator)=(.+)$/.exec(text) ?? [];
  if (what === 'provenance' && name === 'mode' && (value === 'min' || value === 'max'))
    draft.spec.attestations = { ...draft.spec.attestations, provenance: { mode: value } };
  else if (what === 'sbom' && name === 'generator')
    draft.spec.attestations = { ...draft.spec.attestations, sbom: { generator: value } };
  else if (text === 'true') draft.spec.attestations = { ...draft.spec.attestations, [what]: {} };
  else field.fail(`write true, false, or ${what === 'sbom' ? 'generator=IMAGE' : 'mode=min or mode=max'}`);
  return field.to(draft.at(`spec.attestations.${what}`));
}

/** `type=registry,ref=…`. */
const partsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(',').map((part) => [part.split('=')[0] ?? '', part.slice(part.indexOf('=') + 1)]));

function cacheFrom(field: Field): BuildCacheFrom {
  const text = field.text();
  if (!text.includes('=')) return { registry: { reference: text } };
  const parts = partsOf(text);
  const [type, reference, source] = [parts.get('type'), parts.get('ref'), parts.get('src')];
  if (type === 'registry' && reference !== undefined) return { registry: { reference } };
  if (type === 'local' && source !== undefined)
    return { local: { path: resolve(field.node.origin.source.directory, source) } };
  return field.fail('write a reference, type=registry,ref=REFERENCE or type=local,src=DIRECTORY');
}

function cacheTo(field: Field): BuildCacheTo {
  const text = field.text();
  const parts = partsOf(text);
  const mode = parts.get('mode');
  const how = mode === 'min' || mode === 'max' ? ({ mode } as const) : {};
  const [type, reference, target] = [parts.get('type'), parts.get('ref'), parts.get('dest')];
  if (!text.includes('=')) return { registry: { reference: text } };
  if (type === 'inline') return { inline: {} };
  if (type === 'registry' && reference !== undefined) return { registry: { reference, ...how } };
  if (type === 'local' && target !== undefined)
    return { local: { path: resolve(field.node.origin.source.directory, target), ...how } };
  return field.fail('write type=inline, type=registry,ref=REFERENCE or type=local,dest=DIRECTORY');
}
