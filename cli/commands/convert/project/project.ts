/** A Compose model into manifests. */
import { cycleText, findCycle } from '../../../../schemas/values/cycle.ts';
import { Book } from '../book/book.ts';
import { attempt, convertKeys, Field, type Handlers } from '../book/field.ts';
import { convertBuild } from '../build/build.ts';
import type { Files } from '../compose/files.ts';
import { kindOf, type Mapping } from '../compose/node.ts';
import type { Variables } from '../compose/variables.ts';
import type { Conversion, ManifestObject, ServicePlan } from '../conversion.ts';
import { Names } from '../names.ts';
import type { ServiceDraft } from '../service/draft.ts';
import { linksOf } from '../service/networks.ts';
import { finishService, readService } from '../service/service.ts';
import { convertData } from './data.ts';
import { convertNetwork } from './networks.ts';
import { Resources, type ResourceSort } from './resources.ts';
import { convertVolume } from './volumes.ts';

export interface ProjectInput {
  readonly model: Mapping;
  readonly project: string;
  /** Enabled ones; `*` is all. */
  readonly profiles: readonly string[];
  readonly files: Files;
  readonly variables: Variables;
}

export interface ProjectOutput {
  readonly book: Book;
  readonly manifests: readonly ManifestObject[];
  /** Paths of this machine that the daemon must allow. */
  readonly hostPaths: readonly string[];
}

/** In the order in which one reads them. */
const KINDS = ['Network', 'Volume', 'ConfigMap', 'Secret', 'Image', 'Build', 'Container'];

/** Converts all services that are enabled, and what they use. Mistakes are in the book: then the manifests are not whole. */
export function convertProject({ model, project, profiles, files, variables }: ProjectInput): ProjectOutput {
  const book = new Book();
  const root = new Field(model, '', book);
  const names = new Names();
  const plans = planServices(root, profiles, names);
  const c: Conversion = {
    book,
    files,
    variables,
    project,
    names,
    ...plans,
    resources: new Resources(root, project, names),
    manifests: [],
    hostPaths: new Set(),
    builds: new Map(),
    references: new Set(),
    buildOf: new Map(),
    buildFor: (key) => builder.nameFor(key),
    ownVolumes: new Map(),
    copied: new Set(),
  };
  convertKeys(root, topKeys, c);
  const drafts = new Map([...c.services].map(([key, plan]) => [key, readService(plan, c)]));
  const builder = new BuildOrder(c, drafts);
  for (const key of drafts.keys()) builder.nameFor(key);
  attempt(book, () => {
    const links = linksOf(c.services.values());
    for (const draft of drafts.values()) attempt(book, () => finishService(draft, drafts, links));
  });
  findCircles(c, drafts);
  convertResources(c);
  if (book.problems.length === 0) sweep(root);
  return { book, manifests: c.manifests.toSorted(byKind), hostPaths: [...c.hostPaths].toSorted() };
}

/** Those that wait for each other would never start; the server refuses them, and docker compose does. */
function findCircles({ book, services }: Conversion, drafts: ReadonlyMap<string, ServiceDraft>): void {
  const serviceOf = new Map(
    [...services.values()].flatMap(({ key, names }) => names.map((name) => [name, key] as const)),
  );
  const next = (key: string): readonly string[] =>
    (drafts.get(key)?.spec.dependsOn ?? []).flatMap(({ name }) => serviceOf.get(name) ?? []);
  const told = new Set<string>();
  for (const { key, field } of services.values()) {
    const cycle = told.has(key) ? undefined : findCycle(key, next);
    if (cycle === undefined) continue;
    for (const one of cycle) told.add(one);
    const text = `services.${key}: services wait for each other in a circle: ${cycleText(cycle)}; take one of them out of depends_on or links`;
    book.problem(text, (field.get('depends_on') ?? field).origin);
  }
}

/** A build may need that of another service. */
class BuildOrder {
  readonly #c: Conversion;
  readonly #drafts: ReadonlyMap<string, ServiceDraft>;
  readonly #begun = new Set<string>();

  constructor(c: Conversion, drafts: ReadonlyMap<string, ServiceDraft>) {
    this.#c = c;
    this.#drafts = drafts;
  }

  nameFor(key: string): string | undefined {
    const draft = this.#drafts.get(key);
    const build = draft?.build;
    if (draft !== undefined && build !== undefined && !this.#begun.has(key)) {
      this.#begun.add(key);
      attempt(this.#c.book, () => convertBuild(build, draft));
    }
    return this.#c.buildOf.get(key);
  }
}

const topKeys: Handlers<Conversion> = {
  version: (field) => field.ignored('docker compose ignores it, too'),
  name: (field, { project }) => field.to(`the label app.kubernetes.io/part-of: ${project}`),
  include: (field) => field.ignored('carried out'),
  models: (field) => field.unsupported('run models as services'),
  // each of them is converted key by key
  services() {},
  networks() {},
  volumes() {},
  configs() {},
  secrets() {},
};

function planServices(
  root: Field,
  profiles: readonly string[],
  names: Names,
): Pick<Conversion, 'services' | 'disabled'> {
  const services = new Map<string, ServicePlan>();
  const disabled = new Map<string, readonly string[]>();
  const { book } = root;
  const all = root.get('services')?.entries() ?? [];
  if (all.length === 0)
    book.problem('there are no services: a Compose file has them below the key services', root.origin);
  for (const [key, field] of all) {
    attempt(book, () => {
      if (field.node.type !== 'map') field.fail(`a service is a map, and not ${kindOf(field.node)}`);
      const wanted = field.get('profiles')?.texts() ?? [];
      if (wanted.length > 0 && !profiles.includes('*') && !wanted.some((profile) => profiles.includes(profile))) {
        disabled.set(key, wanted);
        field.ignored(`not enabled: --profile ${wanted[0] ?? ''} has it converted, too`);
        return;
      }
      services.set(key, { key, field, names: containerNames(key, field, names) });
    });
  }
  return { services, disabled };
}

function containerNames(key: string, field: Field, names: Names): readonly string[] {
  const replicas = field.get('deploy')?.get('replicas')?.integer() ?? field.get('scale')?.integer() ?? 1;
  if (replicas < 0 || replicas > 1000) field.fail('there are 0 to 1000 replicas');
  if (replicas === 1) return [names.take('Container', key)];
  return Array.from({ length: replicas }, (_, index) => names.take('Container', `${key}-${String(index + 1)}`));
}

function convertResources(c: Conversion): void {
  const convert: Readonly<Record<ResourceSort, (resource: Parameters<typeof convertData>[0]) => void>> = {
    networks: (resource) => convertNetwork(resource, c),
    volumes: (resource) => convertVolume(resource, c),
    configs: (resource) => convertData(resource, c),
    secrets: (resource) => convertData(resource, c),
  };
  for (const sort of Object.keys(convert) as ResourceSort[])
    for (const { used, ...resource } of c.resources.all(sort)) {
      if (used) attempt(c.book, () => convert[sort](resource));
      else resource.field?.ignored('no service that is enabled uses it');
    }
}

/** Finds keys of which nothing was said: there is to be none, whatever is forgotten above. */
function sweep(field: Field): void {
  if (field.node.type !== 'map') return;
  for (const [, value] of field.entries()) {
    const told = value.path === '' ? 'below' : field.book.toldOf(value.path);
    if (told === 'below') sweep(value);
    else if (told === 'nothing') tellOf(value);
  }
}

function tellOf(value: Field): void {
  if (value.isNull || isEmpty(value)) value.ignored('it is empty');
  else value.unsupported('nothing is made of it');
}

const isEmpty = ({ node }: Field): boolean =>
  (node.type === 'map' && node.entries.size === 0) || (node.type === 'list' && node.items.length === 0);

const byKind = (a: ManifestObject, b: ManifestObject): number => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
