import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { VolumeId } from '../ports/volumes.ts';

/** What may be a path component of ours: names of objects, uids, keys. Longest name that file systems take: 255 bytes. */
const COMPONENT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;

/** Throws InvalidArgument for anything that could leave its directory or hide in it. */
export function component(what: string, name: string): string {
  if (COMPONENT.test(name)) return name;
  throw new RuntimeError('InvalidArgument', `${what} ${JSON.stringify(name)} cannot be the name of a directory`);
}

/** Where things are: durable ones in the data directory, those of this boot in the run directory. */
export interface Layout {
  /** Holds `data`, its record and, while it is filled, `staging`. */
  volume(id: VolumeId): string;
  readonly tmpfsRoot: string;
  tmpfs(uid: string): string;
  readonly projectionRoot: string;
  projection(key: string): string;
  readonly scratchRoot: string;
  scratch(uid: string): string;
}

export function createLayout(dataDirectory: string, runDirectory: string): Layout {
  const tmpfsRoot = join(runDirectory, 'tmpfs');
  const projectionRoot = join(runDirectory, 'projections');
  const scratchRoot = join(dataDirectory, 'scratch');
  return {
    tmpfsRoot,
    projectionRoot,
    scratchRoot,
    volume: ({ namespace, name }) =>
      join(dataDirectory, 'volumes', component('namespace', namespace), component('volume', name)),
    tmpfs: (uid) => join(tmpfsRoot, component('uid', uid)),
    projection: (key) => join(projectionRoot, component('projection', key)),
    scratch: (uid) => join(scratchRoot, component('uid', uid)),
  };
}
