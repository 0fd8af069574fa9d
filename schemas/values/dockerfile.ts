/**
 * What a Dockerfile refers to, without building it: the images that a build of it asks for, so that they can be looked up, followed and given
 * to the builder beforehand. It is no check: BuildKit is the judge of what a Dockerfile may say, and what is none gives an answer, too. What
 * base images ask for by their own ONBUILD is not known here.
 *
 * Wherever BuildKit's front end has a choice, this follows its version 0.32.
 */
import { detectSyntax } from './dockerfile/directives.ts';
import { readInstructions } from './dockerfile/instructions.ts';
import { needsOf } from './dockerfile/needs.ts';
import { createScope } from './dockerfile/scope.ts';
import { readStages, type Stage } from './dockerfile/stages.ts';
import {
  familiarImageReference,
  ImageReferenceError,
  parseImageReference,
  readableImageReference,
} from './image-reference.ts';

export interface DockerfileOptions {
  /** Build arguments. `BUILDKIT_SYNTAX` stands in for the syntax line. */
  readonly args?: Readonly<Record<string, string>>;
  /** TARGETPLATFORM, BUILDARCH and so on, as `platformArguments` gives them; without them nothing that needs one can be told. */
  readonly platform?: Readonly<Record<string, string>>;
  /** The stage that is built, by name or number; default is the last one. */
  readonly target?: string;
  /** Names of contexts that stand in for stages and images. */
  readonly contexts?: readonly string[];
}

export interface DockerfileReferences {
  /** The image of the front end: in full form where it is a reference, else as it stands. */
  readonly syntax?: string;
  /** Images that the target needs, in full form, each once, in the order of the file. */
  readonly references: readonly string[];
  /** Bases of what the target needs that are no image: mostly because a variable has no value. As they stand in the file. */
  readonly unresolved: readonly string[];
  /** Names of all stages in lower case; the number of one that has no name. */
  readonly stages: readonly string[];
}

/** Never throws. Takes time in proportion to the text. */
export function scanDockerfile(text: string, options: DockerfileOptions = {}): DockerfileReferences {
  const args = new Map(Object.entries(options.args ?? {}));
  const variables = new Map(
    Object.entries(options.platform ?? {}).map(([name, value]) => [name, args.get(name) ?? value]),
  );
  const instructions = readInstructions(text);
  const stages = readStages(instructions, createScope({ variables, args, escape: instructions.escape }));
  const syntax = args.get('BUILDKIT_SYNTAX') ?? detectSyntax(text);
  return {
    ...(syntax === undefined ? {} : { syntax: readableImageReference(syntax) ?? syntax }),
    ...images(stages, options),
    stages: stages.map(({ name }, index) => name ?? String(index)),
  };
}

/** The arguments that every build has, for platforms as `linux/arm64/v8`. */
export function platformArguments(platforms: {
  readonly build: string;
  readonly target: string;
}): Record<string, string> {
  return { ...platformArgumentsOf('BUILD', platforms.build), ...platformArgumentsOf('TARGET', platforms.target) };
}

function platformArgumentsOf(prefix: string, platform: string): Record<string, string> {
  const [os = '', architecture = '', variant = ''] = platform.split('/');
  return {
    [`${prefix}PLATFORM`]: platform,
    [`${prefix}OS`]: os,
    [`${prefix}OSVERSION`]: '',
    [`${prefix}ARCH`]: architecture,
    [`${prefix}VARIANT`]: variant,
  };
}

function images(
  stages: readonly Stage[],
  { target, contexts = [] }: DockerfileOptions,
): Pick<DockerfileReferences, 'references' | 'unresolved'> {
  const isContext = contextFinder(contexts);
  const references = new Set<string>();
  const unresolved = new Set<string>();
  for (const source of needsOf(stages, target, isContext)) {
    if (source.type === 'number') continue;
    if (source.type === 'name' && (source.name === 'scratch' || isContext(source.name))) continue;
    const reference = source.type === 'name' ? readableImageReference(source.name) : undefined;
    if (reference === undefined) unresolved.add(source.text);
    else references.add(reference);
  }
  return { references: [...references], unresolved: [...unresolved] };
}

function contextFinder(contexts: readonly string[]): (name: string) => boolean {
  if (contexts.length === 0) return () => false;
  const keys = new Set(contexts.map(contextKey));
  const known = new Map<string, boolean>();
  return (name) => {
    const found = known.get(name) ?? keys.has(contextKey(name));
    known.set(name, found);
    return found;
  };
}

/** BuildKit finds a context by the short form of a reference, without `:latest`, whatever platform it is for. */
function contextKey(name: string): string {
  const [plain = ''] = name.split('::', 1);
  try {
    return familiarImageReference(parseImageReference(plain)).replace(/:latest$/, '');
  } catch (error) {
    if (error instanceof ImageReferenceError) return plain.toLowerCase();
    throw error;
  }
}
