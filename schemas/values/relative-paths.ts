import { isAbsolute, resolve } from 'node:path';
import type { JsonObject, JsonValue } from '../object.ts';
import { isList, isObject, own } from '../structural/own.ts';

/** Fields with a path of this machine, by kind; `*` is every entry of a list. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  Image: ['spec.archive.path'],
  Build: [
    'spec.context.directory.path',
    'spec.contexts.*.directory.path',
    'spec.contexts.*.ociLayout.path',
    'spec.outputs.*.ociArchive.path',
    'spec.outputs.*.tar.path',
    'spec.outputs.*.directory.path',
    'spec.cache.from.*.local.path',
    'spec.cache.to.*.local.path',
  ],
  Sync: ['spec.source.directory.path'],
};

/** Fields with the URL of a repository, which is a path when it begins like one that is relative. */
const REPOSITORIES: Readonly<Record<string, readonly string[]>> = {
  Build: ['spec.context.git.url', 'spec.contexts.*.git.url'],
  Sync: ['spec.source.git.url'],
};

export type WithPaths =
  | { readonly type: 'object'; readonly object: JsonObject }
  /** A relative path that has nothing to count from. */
  | { readonly type: 'nowhere'; readonly path: string };

/**
 * Paths of this machine must be absolute for the daemon, which does not know where a manifest lies; in a manifest they may be relative, and count
 * from its directory. The object itself comes back when there is nothing to do.
 */
export function withAbsolutePaths(object: JsonObject, directory: string | undefined): WithPaths {
  const { apiVersion, kind } = object;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || !apiVersion.startsWith('tsmoby.dev/')) {
    return { type: 'object', object };
  }
  const fields = [
    ...(PATHS[kind] ?? []).map((field) => ({ field, isRelative: (text: string) => text !== '' && !isAbsolute(text) })),
    ...(REPOSITORIES[kind] ?? []).map((field) => ({ field, isRelative: (text: string) => /^\.\.?(\/|$)/.test(text) })),
  ];
  let next: JsonValue = object;
  for (const { field, isRelative } of fields) {
    let nowhere: string | undefined;
    next = edited(next, field.split('.'), '', (text, place) => {
      if (!isRelative(text)) return text;
      if (directory === undefined) nowhere ??= place;
      return directory === undefined ? text : resolve(directory, text);
    });
    if (nowhere !== undefined) return { type: 'nowhere', path: nowhere };
  }
  return { type: 'object', object: next as JsonObject };
}

/** The value with the texts at a path put through `edit`, which is told where each stands; the very same value when none changed. */
function edited(
  value: JsonValue,
  [name, ...rest]: readonly string[],
  place: string,
  edit: (text: string, place: string) => string,
): JsonValue {
  if (name === undefined) return typeof value === 'string' ? edit(value, place) : value;
  if (name === '*') {
    if (!isList(value)) return value;
    const next = value.map((entry, index) => edited(entry, rest, `${place}[${index}]`, edit));
    return next.some((entry, index) => entry !== value[index]) ? next : value;
  }
  const inner = isObject(value) ? own(value, name) : undefined;
  if (!isObject(value) || inner === undefined) return value;
  const next = edited(inner, rest, place === '' ? name : `${place}.${name}`, edit);
  return next === inner ? value : { ...value, [name]: next };
}
