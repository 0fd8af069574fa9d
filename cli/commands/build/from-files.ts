import { isReason } from '../../../client/client.ts';
import type { Build } from '../../../schemas/gen/types.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError } from '../../errors.ts';
import { note, type Io } from '../../io.ts';
import { refOf, shownName } from '../../kinds/directory.ts';
import { loadManifests } from '../../manifests/load.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { refusalLines } from '../../manifests/refusal-lines.ts';
import { ApiError } from '../../../client/client.ts';
import { isUnreachable } from '../../connect/session.ts';
import type { AppliedBuild } from './applied-build.ts';

/** As that of `apply`: it is the same wish. */
const MANAGER = 'tsmoby';
/** What Builds refer to. */
const NEEDED = ['Namespace', 'Secret', 'ConfigMap', 'Builder', 'Image'];

/** Applies what Builds refer to, and then the Builds of manifests, one by one; other objects are for `apply`. Rejects with what `apply` tells. */
export async function* applyFromFiles(
  filename: readonly string[],
  session: Session,
  io: Io,
  namespaceGiven: boolean,
): AsyncGenerator<AppliedBuild> {
  const manifests = await loadManifests({ filename, recursive: false }, session, io, { namespaceGiven });
  const builds = manifests.filter(({ kind }) => kind.kind === 'Build');
  if (builds.length === 0)
    throw new CommandError(`there is no Build in ${filename.join(', ')}; with a Dockerfile: tsmoby build PATH -f FILE`);
  const others = manifests.filter((manifest) => !builds.includes(manifest));
  for (const { kind, name } of others.filter((manifest) => !NEEDED.includes(manifest.kind.kind)))
    note(io, `${shownName(kind, name)} is no build: left for "tsmoby apply"`);
  const needed = NEEDED.flatMap((kind) => others.filter((manifest) => manifest.kind.kind === kind));
  for (const manifest of needed) await applyOne(manifest, session, io);
  for (const manifest of builds) {
    const before = await find(manifest, session, io);
    yield { object: (await applyOne(manifest, session, io)) as Build, before };
  }
}

async function find({ kind, namespace = '', name }: Manifest, { client }: Session, io: Io): Promise<Build | undefined> {
  try {
    return await client.get<Build>({ ...refOf(kind), namespace, name }, { signal: io.signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function applyOne(manifest: Manifest, { client }: Session, io: Io) {
  try {
    return await client.apply(manifest.object, {
      fieldManager: MANAGER,
      fieldValidation: 'Strict',
      onWarning: (text) => note(io, `Warning: ${text}`),
      signal: io.signal,
    });
  } catch (error) {
    if (isUnreachable(error) || !(error instanceof ApiError)) throw error;
    // with the place in the file
    throw new CommandError(
      refusalLines(manifest, error)
        .join('\n')
        .replace(/^error: /, ''),
      { cause: error },
    );
  }
}
