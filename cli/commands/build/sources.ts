/** Where files come from, in docker's words: directories, repositories, archives. */
import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import type { BuildContext, BuildContext1, BuildDockerfile } from '../../../schemas/gen/types.ts';
import { CommandError, UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { pairOf } from './fields.ts';

/** Tells a repository by its URL, as docker does. */
const GIT = /^(?:git:\/\/|ssh:\/\/|git@|github\.com\/)|^https?:\/\/[^#]+\.git(?:#|$)/;
const HTTP = /^https?:\/\//;

type Source = Pick<BuildContext, 'directory' | 'git' | 'http'>;

/** A directory of this machine, the URL of a repository (`URL#REF:SUBDIRECTORY`) or of an archive. Rejects with CommandError. */
export async function sourceOf(text: string, { cwd }: Pick<Io, 'cwd'>): Promise<Source> {
  if (GIT.test(text)) return { git: gitOf(text) };
  if (HTTP.test(text)) return { http: { url: text } };
  const path = resolve(cwd, text);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    throw new CommandError(
      `unable to prepare context: path "${text}" ${found.code === 'ENOENT' ? 'not found' : `cannot be read: ${found.message}`}`,
    );
  if (!found.isDirectory()) throw new CommandError(`unable to prepare context: "${text}" is no directory`);
  return { directory: { path } };
}

function gitOf(text: string): NonNullable<BuildContext['git']> {
  const [address = '', fragment = ''] = text.split('#', 2);
  const at = fragment.indexOf(':');
  const ref = at < 0 ? fragment : fragment.slice(0, at);
  const subdirectory = at < 0 ? '' : fragment.slice(at + 1).replace(/^\/+/, '');
  return {
    url: address.startsWith('github.com/') ? `https://${address}` : address,
    ...(ref === '' ? {} : { ref }),
    ...(subdirectory === '' ? {} : { subdirectory }),
  };
}

/** `NAME=SOURCE` of `--build-context`. */
export async function namedContextOf(text: string, io: Pick<Io, 'cwd'>): Promise<BuildContext1> {
  const { name, value = '' } = pairOf('build-context', text);
  if (value === '') throw new UsageError(`--build-context ${text}: write NAME=SOURCE`);
  const [, scheme = '', rest = ''] = /^(docker-image|oci-layout|target):(?:\/\/)?(.*)$/.exec(value) ?? [];
  if (scheme === 'docker-image') return { name, reference: rest };
  if (scheme === 'oci-layout') return { name, ociLayout: layoutOf(rest, io) };
  if (scheme === 'target')
    throw new UsageError(
      `--build-context ${text}: targets of other builds are Builds: see contexts[].build of a Build`,
    );
  return { name, ...(await sourceOf(value, io)) };
}

function layoutOf(text: string, { cwd }: Pick<Io, 'cwd'>): NonNullable<BuildContext1['ociLayout']> {
  const [, path = '', tag, digest] = /^(.*?)(?::([^/:@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  return {
    path: resolve(cwd, path),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The Dockerfile that `-f` names: of a directory it counts from the working directory, as docker has it. */
export function dockerfileOf(file: string, source: BuildContext, { cwd }: Pick<Io, 'cwd'>): BuildDockerfile {
  if (source.directory === undefined) return { path: file };
  const path = resolve(cwd, file);
  const within = relative(source.directory.path, path);
  const isOutside = within === '' || within === '..' || within.startsWith('../') || isAbsolute(within);
  return { path: isOutside ? path : within };
}
