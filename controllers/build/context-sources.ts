import { posix } from 'node:path';
import { RuntimeError } from '../../runtime/errors.ts';
import type { ContextSource, DigestOptions, GitCredentials, InlineFile } from '../../runtime/ports/build-contexts.ts';
import type { Build, BuildContext, Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Reader } from '../engine/contract.ts';
import type { WatchedPath } from './context-watches.ts';
import { sourceId } from './names.ts';
import { secretBytes, secretOf, stalled, versionOf } from './references.ts';

/** Files that have to be brought here, or looked at where they are. */
export interface NamedSource {
  /** Absent: the main context. */
  readonly name?: string;
  /** Whose it is, as BuildContexts wants it. */
  readonly id: string;
  readonly source: ContextSource;
}

/** An image in an OCI layout directory. */
export interface LayoutSource {
  readonly name: string;
  readonly path: string;
  /** Which of several: a digest or a tag. */
  readonly select?: string;
}

export interface ContextSources {
  readonly files: readonly NamedSource[];
  readonly layouts: readonly LayoutSource[];
  /** Versions of the Secrets that fetching them needs. */
  readonly versions: readonly string[];
}

type Places = Pick<BuildContext, 'directory' | 'git' | 'http' | 'inline'>;

/** What a Build's contexts are made of. Throws a waiting outcome for a Secret that is missing. */
export function contextSources(build: Build, reader: Reader): ContextSources {
  const { metadata, spec } = build;
  const versions: string[] = [];
  const secret = (name: string): Secret => {
    const found = secretOf(build, name, reader);
    versions.push(versionOf(found));
    return found;
  };
  const main = sourceOf(spec.context ?? {}, 'spec.context', secret);
  const named = (spec.contexts ?? []).flatMap(({ name, ...places }): NamedSource[] => {
    const source = sourceOf(places, `spec.contexts[${name}]`, secret);
    return source === undefined ? [] : [{ name, id: sourceId(metadata.uid, name), source }];
  });
  return {
    files: [...(main === undefined ? [] : [{ id: sourceId(metadata.uid), source: main }]), ...named],
    layouts: (spec.contexts ?? []).flatMap(({ name, ociLayout }) => {
      if (ociLayout === undefined) return [];
      const select = ociLayout.digest ?? ociLayout.tag;
      return [{ name, path: ociLayout.path, ...(select === undefined ? {} : { select }) }];
    }),
    versions,
  };
}

function sourceOf(
  { directory, git, http, inline }: Places,
  field: string,
  secret: (name: string) => Secret,
): ContextSource | undefined {
  if (directory !== undefined) return { type: 'directory', path: directory.path };
  if (git !== undefined) {
    const { url, ref, subdirectory, submodules = true, secretRef } = git;
    return {
      type: 'git',
      url,
      submodules,
      ...(ref === undefined ? {} : { ref }),
      ...(subdirectory === undefined ? {} : { subdirectory }),
      ...(secretRef === undefined ? {} : { credentials: gitCredentials(secret(secretRef.name)) }),
    };
  }
  if (http !== undefined) {
    const { url, digest, secretRef } = http;
    return {
      type: 'http',
      url,
      ...(digest === undefined ? {} : { digest }),
      ...(secretRef === undefined ? {} : { credentials: basicCredentials(secret(secretRef.name)) }),
    };
  }
  return inline === undefined ? undefined : inlineSource(inline.files, `${field}.inline`);
}

/** Only a look needs the files, and most passes make none. */
function inlineSource(files: InlineFiles, field: string): ContextSource {
  return {
    type: 'inline',
    get files() {
      return files.map((file) => inlineFile(file, field));
    },
  };
}

type InlineFiles = NonNullable<BuildContext['inline']>['files'];

function inlineFile(
  { path, content, binaryContent, executable = false }: InlineFiles[number],
  field: string,
): InlineFile {
  if (path.split('/').some((part) => part === '..' || part === '')) {
    const message = `${field}.files: ${JSON.stringify(path)} leads out of the context`;
    throw new RuntimeError('InvalidArgument', message, { reason: REASONS.InvalidSpec });
  }
  const bytes = binaryContent === undefined ? Buffer.from(content ?? '') : Buffer.from(binaryContent, 'base64');
  return { path, content: bytes, executable };
}

function gitCredentials(secret: Secret): GitCredentials {
  const privateKey = textOf(secret, 'ssh-privatekey');
  if (privateKey === undefined) return { type: 'basic', ...basicCredentials(secret) };
  const knownHosts = textOf(secret, 'known_hosts');
  return { type: 'ssh', privateKey, ...(knownHosts === undefined ? {} : { knownHosts }) };
}

/** A token that is the password needs no name; servers want some. */
function basicCredentials(secret: Secret): { readonly username: string; readonly password: string } {
  const username = textOf(secret, 'username');
  const password = textOf(secret, 'password');
  if (username !== undefined || password !== undefined)
    return { username: username ?? 'git', password: password ?? '' };
  const { namespace, name } = secret.metadata;
  throw stalled(
    REASONS.Unauthorized,
    `Secret ${namespace}/${name} has neither username and password nor ssh-privatekey: make it of type kubernetes.io/basic-auth or kubernetes.io/ssh-auth`,
  );
}

const textOf = (secret: Secret, key: string): string | undefined => {
  const bytes = secretBytes(secret, key);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
};

/** Whether a look may find something else though the spec is the same. */
export function mayChange({ files, layouts }: ContextSources): boolean {
  return layouts.length > 0 || files.some(({ source }) => canChange(source));
}

function canChange(source: ContextSource): boolean {
  switch (source.type) {
    case 'inline':
      return false;
    case 'http':
      return source.digest === undefined;
    case 'git':
      return !/^[0-9a-f]{40}$/.test(source.ref ?? '');
    case 'directory':
      return true;
  }
}

/** What is on this machine and used where it is: that can be watched. A definition elsewhere is, too, and its ignore file counts for the context. */
export function watchedPaths({ spec }: Build, { files }: ContextSources): readonly WatchedPath[] {
  const { path = 'Dockerfile', inline } = spec.dockerfile ?? {};
  const elsewhere = inline === undefined && posix.isAbsolute(path);
  const ofContext = inline === undefined ? definitionOptions(path) : {};
  return [
    ...files.flatMap(({ name, source }) =>
      source.type === 'directory' ? [{ path: source.path, options: name === undefined ? ofContext : {} }] : [],
    ),
    ...(elsewhere ? [path, `${path}.dockerignore`].map((file) => ({ path: file, options: {} })) : []),
  ];
}

/** How a context is looked at for a definition at this path, absolute or in it. */
function definitionOptions(path: string): DigestOptions {
  if (!posix.isAbsolute(path)) return { dockerfile: posix.normalize(path) };
  return { dockerfile: posix.basename(path), definitionDirectory: posix.dirname(path) };
}
