import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findByKindRef } from '../../schemas/kinds.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { decodeManifest } from '../../schemas/text/manifest.ts';
import type { Session } from '../connect/session.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { note, type Io } from '../io.ts';
import { refOf, type KindInfo } from '../kinds/directory.ts';
import { printWritten, type Written } from '../output/written.ts';
import { selectionsOf } from '../resources/arguments.ts';
import { defineCommand } from './command.ts';
import { writeFlags } from './write-flags.ts';

const patchFlags = {
  ...writeFlags,
  patch: { type: 'text', short: 'p', value: 'PATCH', help: 'The patch, in JSON or YAML.' },
  'patch-file': { type: 'text', value: 'FILE', help: 'A file with the patch.' },
  type: {
    type: 'text',
    value: 'TYPE',
    choices: ['json', 'merge', 'strategic'],
    help: 'How the patch is meant. Default: strategic for kinds of Kubernetes, merge for others.',
  },
  subresource: { type: 'text', value: 'NAME', choices: ['status'], help: 'Patch this part instead.' },
} as const satisfies Flags;

export const patch = defineCommand({
  name: 'patch',
  usage: ['KIND NAME -p PATCH', 'KIND/NAME -p PATCH'],
  description: 'Change fields of an object.',
  examples: [
    `tsmoby patch container web -p '{"spec":{"image":"busybox:1.37"}}'`,
    `tsmoby patch container/web --type=json -p '[{"op":"remove","path":"/spec/env"}]'`,
  ],
  flags: patchFlags,
  async run(call) {
    const { flags, args, io } = call;
    if ((flags.patch === undefined) === (flags['patch-file'] === undefined))
      throw new UsageError('must specify --patch or --patch-file, and not both');
    const body = await readPatch(flags.patch, flags['patch-file'], io);
    const session = await call.session();
    const written: Written[] = [];
    for (const { kind, names } of await selectionsOf(args, session.kinds)) {
      if (names.length === 0) throw new UsageError('you must name the object to patch: KIND NAME or KIND/NAME');
      for (const name of names) {
        const ref = { ...refOf(kind), name, ...(kind.scope === 'Cluster' ? {} : { namespace: session.namespace }) };
        const before = await session.client.get(ref);
        const object = await send(session, ref, body, kind, flags, io);
        const same = before.metadata.resourceVersion === object.metadata.resourceVersion;
        written.push({ kind, object, verb: same && flags['dry-run'] !== 'server' ? 'patched (no change)' : 'patched' });
      }
    }
    await printWritten(io, written, flags);
    return 0;
  },
});

interface PatchValues {
  readonly type: string | undefined;
  readonly subresource: string | undefined;
  readonly 'dry-run': string;
}

const send = (
  { client }: Session,
  ref: Parameters<Session['client']['get']>[0],
  body: unknown,
  kind: KindInfo,
  flags: PatchValues,
  io: Io,
): Promise<KubeObject> =>
  client.patch(ref, body, {
    type: (flags.type ?? defaultType(kind)) as 'json' | 'merge' | 'strategic',
    fieldManager: 'tsmoby-patch',
    dryRun: flags['dry-run'] === 'server',
    onWarning: (text) => note(io, `Warning: ${text}`),
    signal: io.signal,
    ...(flags.subresource === 'status' ? { subresource: 'status' } : {}),
  });

const defaultType = (kind: KindInfo): string => (findByKindRef(refOf(kind))?.builtin === true ? 'strategic' : 'merge');

async function readPatch(text: string | undefined, file: string | undefined, io: Io): Promise<unknown> {
  const source = text ?? (await readFile(resolve(io.cwd, file ?? '')));
  const [document, more] = decodeManifest(source, { file: file ?? '--patch' });
  if (document === undefined || more !== undefined) throw new CommandError('the patch must be one JSON or YAML value');
  return document.value;
}
