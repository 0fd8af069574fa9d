import { isReason } from '../../../client/client.ts';
import { build } from '../../../schemas/definitions/build.ts';
import type { Build, BuildSpec } from '../../../schemas/gen/types.ts';
import type { ObjectInput } from '../../../schemas/object.ts';
import { BUILD_MANAGER, isMadeByBuild } from '../../builds/manager.ts';
import type { BuildRef } from '../../builds/open-log.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError, UsageError } from '../../errors.ts';
import { note, type Io } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';
import type { BuildFlags } from './flags.ts';
import { buildNameOf, buildSpecOf } from './build-spec.ts';
import type { AppliedBuild } from './applied-build.ts';
import { openBuildSecret, secretNameOf } from './build-secret.ts';
import { secretFields } from './secrets.ts';

/** Makes a command line, as one types it for docker, a Build object, and Secrets that it needs, or changes the one that it made before. */
export async function applyFromDirectory(
  place: string,
  flags: BuildFlags,
  session: Session,
  io: Io,
): Promise<AppliedBuild> {
  if (flags.tag.length > 1 && !flags.push) throw new UsageError('-t: several names are for --push; a Build has one');
  const name = buildNameOf(place, flags, io);
  const spec = await buildSpecOf(place, flags, io, () => readDockerfile(io));
  const { secrets, ssh, data } = await secretFields(flags, secretNameOf(name), io);
  const whole = { ...spec, ...(secrets.length > 0 ? { secrets } : {}), ...(ssh.length > 0 ? { ssh } : {}) };
  const ref = { namespace: session.namespace, name };
  const before = await findOwn(session, ref, io);
  const secret = await openBuildSecret(session, ref, data, optionsOf(io));
  // a Secret belongs to the Build, which therefore must be there; one that is there must not see half of the change
  if (before !== undefined) await secret.apply(before);
  const object = await applyBuild(session, ref, whole, io);
  if (before === undefined) await secret.apply(object);
  await secret.removeUnused();
  return { object, before };
}

/** More does not go into an object. */
const MAX_DOCKERFILE_BYTES = 1 << 20;

const optionsOf = (io: Io) =>
  ({
    fieldManager: BUILD_MANAGER,
    force: true,
    fieldValidation: 'Strict',
    onWarning: (text: string) => note(io, `Warning: ${text}`),
    signal: io.signal,
  }) as const;

async function applyBuild({ client }: Session, { namespace, name }: BuildRef, spec: BuildSpec, io: Io): Promise<Build> {
  const object: ObjectInput<Build> = { ...refOf(build), metadata: { namespace, name }, spec } as ObjectInput<Build>;
  return await client.apply<Build>(object, optionsOf(io));
}

/** The Build of this name, if this command made it. Rejects with CommandError for another one. */
async function findOwn({ client }: Session, ref: BuildRef, io: Io): Promise<Build | undefined> {
  try {
    const found = await client.get<Build>({ ...refOf(build), ...ref }, { signal: io.signal });
    if (isMadeByBuild(found)) return found;
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
  throw new CommandError(
    `build "${ref.name}" is there, and was not made by "tsmoby build PATH": give another name with --name, or build it with "tsmoby build -f FILE"`,
  );
}

async function readDockerfile({ stdin }: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    bytes += chunk.length;
    if (bytes > MAX_DOCKERFILE_BYTES) throw new CommandError('standard input is too large for a Dockerfile');
    chunks.push(chunk);
  }
  if (bytes === 0) throw new CommandError('standard input is empty: there must be a Dockerfile');
  return Buffer.concat(chunks).toString('utf8');
}
