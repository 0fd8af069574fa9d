import { posix } from 'node:path';
import { RuntimeError } from '../../runtime/errors.ts';
import type {
  BuildContexts,
  ContextDigest,
  DigestOptions,
  PreparedContext,
} from '../../runtime/ports/build-contexts.ts';
import type { Images } from '../../runtime/ports/images.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { platformArguments, scanDockerfile } from '../../schemas/values/dockerfile.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import type { ContextSources } from './context-sources.ts';
import type { Inputs } from './inputs.ts';
import { DEFINITION_SOURCE, layoutRecordName, sourceId } from './names.ts';
import { fullReferences } from './references.ts';

/** A directory as it was found. */
export type LookedAt = PreparedContext & ContextDigest;

/** What the front end reads. */
export interface Definition {
  /** The directory that it is in. */
  readonly directory: string;
  /** Its path in there. */
  readonly filename: string;
  /** Undefined: there is none, and the front end may do without. */
  readonly text?: string;
}

/** Everything that is known of the files of a build. */
export interface ContextView {
  readonly main?: LookedAt;
  readonly named: Readonly<Record<string, LookedAt>>;
  /** Images of OCI layouts, in our store. */
  readonly layouts: Readonly<Record<string, { readonly digest: string; readonly recordName: string }>>;
  readonly definition: Definition;
  readonly definitionDigest: string;
  /** Full references of the images that it is built from. */
  readonly references: readonly string[];
  /** Full reference of the image that reads it, where that is one. */
  readonly frontend?: string;
}

export interface ContextLookDeps {
  readonly contexts: BuildContexts;
  readonly images: Images;
  /** os/arch of this machine. */
  readonly platform: string;
}

/** A definition is read into memory, and goes into every failure of the builder. */
const MAX_DEFINITION = 4 * 1024 * 1024;

/** Brings everything here and looks at it. Rejects as BuildContexts does; InvalidArgument (DockerfileNotFound) without a definition. */
export async function lookAtContexts(
  build: Build,
  sources: ContextSources,
  inputs: Inputs,
  deps: ContextLookDeps,
  signal: AbortSignal,
): Promise<ContextView> {
  const { contexts, platform } = deps;
  const prepared = new Map<string | undefined, PreparedContext>();
  for (const { name, id, source } of sources.files) prepared.set(name, await contexts.prepare(id, source, signal));
  const main = prepared.get(undefined);
  const definition = await findDefinition(build, main?.path, contexts, signal);
  const ofContext: DigestOptions = {
    dockerfile: definition.filename,
    ...(definition.directory === main?.path ? {} : { definitionDirectory: definition.directory }),
  };
  const named: Record<string, LookedAt> = {};
  for (const [name, found] of prepared) {
    if (name !== undefined) named[name] = { ...found, ...(await contexts.digest(found.path, {}, signal)) };
  }
  return {
    ...(main && { main: { ...main, ...(await contexts.digest(main.path, ofContext, signal)) } }),
    named,
    layouts: await loadLayouts(build, sources, deps, signal),
    definition,
    definitionDigest: fingerprint(definition.text ?? null, 64),
    ...referencesOf(build, definition, inputs, platform),
  };
}

async function findDefinition(
  { metadata, spec }: Build,
  main: string | undefined,
  contexts: BuildContexts,
  signal: AbortSignal,
): Promise<Definition> {
  const { path = 'Dockerfile', inline } = spec.dockerfile ?? {};
  if (inline !== undefined) {
    const files = [{ path: 'Dockerfile', content: Buffer.from(inline), executable: false }];
    const prepared = await contexts.prepare(
      sourceId(metadata.uid, DEFINITION_SOURCE),
      { type: 'inline', files },
      signal,
    );
    return { directory: prepared.path, filename: 'Dockerfile', text: inline };
  }
  const directory = posix.isAbsolute(path) ? posix.dirname(path) : main;
  const filename = posix.isAbsolute(path) ? posix.basename(path) : posix.normalize(path);
  if (directory === undefined) {
    throw notFound('there is no context that it could be in: give spec.context, or spec.dockerfile.inline');
  }
  // BuildKit takes one in lower case, too, where the usual one is missing.
  for (const name of filename === 'Dockerfile' ? [filename, 'dockerfile'] : [filename]) {
    const bytes = await contexts.readFile(directory, name, MAX_DEFINITION, signal);
    if (bytes !== undefined) return { directory, filename: name, text: Buffer.from(bytes).toString('utf8') };
  }
  if (spec.frontend?.name === 'gateway.v0') return { directory, filename };
  throw notFound(`there is no ${filename} in ${directory}`);
}

const notFound = (message: string): RuntimeError =>
  new RuntimeError('InvalidArgument', message, { reason: REASONS.DockerfileNotFound });

/** Only a Dockerfile says in a way that we know what it is built from. */
function referencesOf(
  { spec }: Build,
  { text = '' }: Definition,
  { args, platforms }: Inputs,
  build: string,
): Pick<ContextView, 'references' | 'frontend'> {
  if (spec.frontend?.name === 'gateway.v0') return { references: [], ...frontendOf(spec.frontend.source) };
  const contexts = (spec.contexts ?? []).map(({ name }) => name);
  const target = spec.target === undefined ? {} : { target: spec.target };
  const found = platforms.map((platform) => {
    const variables = platformArguments({ build, target: platform });
    return scanDockerfile(text, { args, platform: variables, contexts, ...target });
  });
  return { references: [...new Set(found.flatMap(({ references }) => references))], ...frontendOf(found[0]?.syntax) };
}

/** Names that are no references are for the builder to understand. */
function frontendOf(image: string | undefined): Pick<ContextView, 'frontend'> {
  const [frontend] = fullReferences([image]);
  return frontend === undefined ? {} : { frontend };
}

async function loadLayouts(
  { metadata }: Build,
  { layouts }: ContextSources,
  { images, platform }: ContextLookDeps,
  signal: AbortSignal,
): Promise<ContextView['layouts']> {
  const { namespace = '', name, uid } = metadata;
  const found: Record<string, { readonly digest: string; readonly recordName: string }> = {};
  for (const { name: context, path, select } of layouts) {
    const request = {
      name: layoutRecordName(uid, context),
      owner: { kind: 'Build', namespace, name, uid },
      labels: {},
      path,
      platform,
      ...(select === undefined ? {} : { select }),
    };
    const record = await images.load(request, () => undefined, signal);
    found[context] = { digest: record.digest, recordName: record.name };
  }
  return found;
}
