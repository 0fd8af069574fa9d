/** `label` and `annotate`: the same work on two maps of metadata. */
import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError, UsageError } from '../../errors.ts';
import type { Flags } from '../../flags/flags.ts';
import { print } from '../../io.ts';
import { refOf, shownName } from '../../kinds/directory.ts';
import { printWritten, type Written } from '../../output/written.ts';
import { fileFlags, selectorFlags } from '../../resources/flags.ts';
import { filterOf, targetsOf, type Target } from '../../resources/targets.ts';
import { defineCommand, type Command } from '../command.ts';
import { writeFlags } from '../write-flags.ts';
import { changedMap, parseChanges, type Changes } from './changes.ts';

const metadataFlags = {
  ...fileFlags,
  ...selectorFlags,
  ...writeFlags,
  all: { type: 'boolean', help: 'All objects of the kind in the namespace.' },
  overwrite: { type: 'boolean', help: 'Change values that are there already.' },
  list: { type: 'boolean', help: 'Show what is there, after the change.' },
} as const satisfies Flags;

export interface MetadataWords {
  readonly name: 'label' | 'annotate';
  readonly field: 'labels' | 'annotations';
  /** `labeled`, `unlabeled`, `not labeled` */
  readonly done: string;
}

/** Makes the command; `words` say which of the two it is. */
export function metadataCommand({ name, field, done }: MetadataWords): Command {
  return defineCommand({
    name,
    usage: [
      'KIND NAME… KEY=VALUE… KEY-…',
      'KIND/NAME… KEY=VALUE… KEY-…',
      'KIND -l LABELS KEY=VALUE…',
      '-f FILE KEY=VALUE…',
    ],
    description: `Set ${field} (KEY=VALUE) and remove them (KEY-).`,
    examples: [
      `tsmoby ${name} container web tier=front`,
      `tsmoby ${name} container/web tier-`,
      `tsmoby ${name} containers --all tier=back --overwrite`,
    ],
    flags: metadataFlags,
    async run(call) {
      const { flags, io } = call;
      const { args, changes } = parseChanges(call.args, name);
      if (changes.size === 0 && !flags.list)
        throw new UsageError(
          `at least one ${name === 'label' ? 'label' : 'annotation'} update is required: KEY=VALUE or KEY-`,
        );
      if (args.length === 0 && flags.filename.length === 0)
        throw new UsageError('one or more objects must be named: KIND NAME, KIND/NAME or -f FILE');
      const session = await call.session();
      const written: Written[] = [];
      for (const target of await targetsOf({ ...call, args }, session)) {
        if (
          target.names.length === 0 &&
          !flags.all &&
          flags.selector === undefined &&
          flags['field-selector'] === undefined
        )
          throw new UsageError(
            'resource(s) were provided, but no name was specified: name objects, or use -l or --all',
          );
        for (const object of await objectsOf(session, target, flags)) {
          const after = await change(session, object, target, changes, flags);
          written.push({ kind: target.kind, object: after, verb: verbFor(object, after, changes) });
        }
      }
      if (!flags.list) await printWritten(io, written, flags);
      else
        for (const { kind, object } of written)
          await print(io.stdout, listing(shownName(kind, object.metadata.name), object));
      return 0;
    },
  });

  async function change(
    { client }: Session,
    object: KubeObject,
    { kind }: Target,
    changes: Changes,
    flags: { readonly overwrite: boolean; readonly 'dry-run': string },
  ): Promise<KubeObject> {
    const patch = changedMap(object.metadata[field] ?? {}, changes, flags.overwrite);
    if (typeof patch === 'string') throw new CommandError(`${shownName(kind, object.metadata.name)}: ${patch}`);
    if (Object.keys(patch).length === 0) return object;
    const { name: objectName, namespace } = object.metadata;
    const ref = { ...refOf(kind), name: objectName, ...(namespace === undefined ? {} : { namespace }) };
    const options = { type: 'merge', fieldManager: `tsmoby-${name}`, dryRun: flags['dry-run'] === 'server' } as const;
    return await client.patch(ref, { metadata: { [field]: patch } }, options);
  }

  function verbFor(before: KubeObject, after: KubeObject, changes: Changes): string {
    if (before === after) return `not ${done}`;
    return [...changes.values()].every((value) => value === undefined) ? `un${done}` : done;
  }

  function listing(shown: string, { metadata }: KubeObject): string {
    const lines = Object.entries(metadata[field] ?? {}).map(([key, value]) => `${key}=${value}\n`);
    return `${shown}:\n${lines.map((line) => `  ${line}`).join('')}`;
  }
}

async function objectsOf(
  { client }: Session,
  { kind, namespace, names }: Target,
  flags: Parameters<typeof filterOf>[0],
): Promise<readonly KubeObject[]> {
  const place = namespace === undefined ? {} : { namespace };
  if (names.length > 0) return await Promise.all(names.map((name) => client.get({ ...refOf(kind), ...place, name })));
  return (await client.list(refOf(kind), { ...place, ...filterOf(flags) })).items;
}
