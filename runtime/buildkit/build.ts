import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.ts';
import type { BuilderFacts, BuildEvent, BuildRequest, BuildResult } from '../ports/builders.ts';
import { attachablesOf, CONTEXT_CHANGED } from './attachables.ts';
import type { Control } from './control.ts';
import { toRuntimeError } from './errors.ts';
import { buildError } from './failure/classify.ts';
import { createScrubber } from './failure/scrub.ts';
import { scrubEvent } from './failure/scrub-event.ts';
import { sessionError } from './failure/session.ts';
import { openCaches, type OpenCaches } from './local-cache/open.ts';
import { entitlementsOf, frontendAttributes } from './request/attributes.ts';
import { cacheExports, cacheImports, cacheImportsAttribute } from './request/cache.ts';
import { exportsOf, type Export } from './request/exports.ts';
import { solve, type SolveJob } from './solve/solve.ts';

/** What a build needs of the builder it runs on. */
export interface BuildEnvironment {
  readonly control: Control;
  readonly newId: () => string;
  /** Keeps copies of contexts apart from those that other machines send. */
  readonly hostId: string;
  facts(signal: AbortSignal): Promise<BuilderFacts>;
}

/** Builds, and carries every output out. Rejects with RuntimeError, BuildFailedError among them. */
export async function build(
  environment: BuildEnvironment,
  request: BuildRequest,
  onEvent: (event: BuildEvent) => void,
  signal: AbortSignal,
): Promise<BuildResult> {
  const { title } = environment.control.endpoint;
  try {
    const facts = await environment.facts(signal);
    const exports = exportsOf(request.outputs, facts, request.id);
    const caches = await openCaches(request);
    const attributes = await buildAll({ environment, request, facts, caches, onEvent, signal }, exports);
    await caches.keep(attributes['cache.manifest']);
    return resultOf(attributes);
  } catch (error) {
    throw toRuntimeError(error, title);
  }
}

interface Job {
  readonly environment: BuildEnvironment;
  readonly request: BuildRequest;
  readonly facts: BuilderFacts;
  readonly caches: OpenCaches;
  readonly onEvent: (event: BuildEvent) => void;
  readonly signal: AbortSignal;
}

type Attributes = Readonly<Record<string, string>>;

/** Builders before 0.13 make the first output only, without a word. What did not come is asked for once more: every step is cached then. */
async function buildAll(job: Job, exports: readonly Export[]): Promise<Attributes> {
  const first = await buildOnce(job, exports, job.request.id);
  let attributes = first.attributes;
  for (const [at, missing] of first.missing.entries()) {
    const again = await buildOnce(job, [missing], `${job.request.id}x${at}`);
    if (again.missing.length > 0) {
      throw new RuntimeError('Unsupported', `the builder did not make the output “${missing.output.type}”`, {
        reason: 'BuilderTooOld',
      });
    }
    attributes = { ...attributes, ...again.attributes };
  }
  return attributes;
}

async function buildOnce(
  job: Job,
  exports: readonly Export[],
  ref: string,
): Promise<{ readonly attributes: Attributes; readonly missing: readonly Export[] }> {
  const { request, caches } = job;
  const { control, newId, hostId } = job.environment;
  const scrubber = createScrubber();
  const attachables = attachablesOf({ request, exports, caches: caches.stores, scrubber });
  const solveJob: SolveJob = {
    ref,
    sessionId: newId(),
    sharedKey: sharedKeyOf(hostId, request),
    methods: attachables.methods,
    request: solveRequest(job, exports),
  };
  const onEvent = (event: BuildEvent): void => job.onEvent(scrubEvent(event, scrubber));
  const outcome = await solve(control, solveJob, onEvent, job.signal);
  const ours = attachables.failure();
  // What was torn while it was sent is no result, though the builder cannot know.
  if (outcome.type === 'done' && ours?.reason === CONTEXT_CHANGED) throw ours;
  if (outcome.type === 'done') {
    const missing = exports.filter((made) => !attachables.isDelivered(made));
    return { attributes: outcome.response, missing: [...missing, ...(await untaken(job, exports))] };
  }
  // What went wrong here is the cause of what the builder says.
  const { title } = control.endpoint;
  if (ours !== undefined) throw ours;
  if (outcome.broken !== undefined) throw sessionError(title, outcome.broken);
  throw buildError(outcome.failure, { title, steps: outcome.steps, scrubber });
}

/** Fetches what the builder only keeps: images in dockerd's own old store. Answers those that it did not make. */
async function untaken({ environment, signal }: Job, exports: readonly Export[]): Promise<Export[]> {
  const { endpoint } = environment.control;
  const missing: Export[] = [];
  for (const made of exports) {
    const { type, attrs, output } = made;
    if (type !== 'moby' || output.type !== 'archive') continue;
    if (!(await endpoint.takeImage(attrs['name'] ?? '', output.path, signal))) missing.push(made);
  }
  return missing;
}

function solveRequest({ request, facts, caches }: Job, exports: readonly Export[]): SolveJob['request'] {
  const [first] = exports;
  const imports = cacheImports(request.cacheFrom, caches.newest);
  return {
    frontend: request.frontend.name,
    frontendAttrs: { ...frontendAttributes(request, facts), ...cacheImportsAttribute(imports) },
    entitlements: entitlementsOf(request, facts),
    cache: { exports: cacheExports(request.cacheTo), imports },
    exporters: exports.map(({ type, attrs }) => ({ type, attrs })),
    // For builders before 0.13, which know one exporter.
    exporterDeprecated: first?.type ?? '',
    exporterAttrsDeprecated: first?.attrs ?? {},
  };
}

/** One key for all directories of a build: the builder's copy of each is told apart by its name, too. */
function sharedKeyOf(hostId: string, { context, dockerfile, namedContexts }: BuildRequest): string {
  const hash = createHash('sha256').update(`${hostId}\0${context?.sharedKey ?? ''}\0${dockerfile.directory.sharedKey}`);
  for (const [name, named] of Object.entries(namedContexts)) {
    if (named.type === 'directory') hash.update(`\0${name}\0${named.directory.sharedKey}`);
  }
  return hash.digest('hex');
}

function resultOf(attributes: Attributes): BuildResult {
  const digest = attributes['containerimage.digest'];
  return { ...(digest === undefined ? {} : { digest }), attributes };
}
