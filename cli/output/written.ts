import type { KubeObject } from '../../schemas/object.ts';
import { print, type Io } from '../io.ts';
import { shownName, type KindInfo } from '../kinds/directory.ts';
import { parseFormat } from './format.ts';
import { objectText } from './object-text.ts';

export interface Written {
  readonly kind: KindInfo;
  readonly object: KubeObject;
  /** `created`, `patched`, … */
  readonly verb: string;
}

interface WrittenFlags {
  readonly output: string | undefined;
  readonly 'dry-run': string;
  readonly 'show-managed-fields': boolean;
}

/** Tells what became of objects, as `-o` says: a line for each, or the objects themselves. */
export async function printWritten(io: Io, written: readonly Written[], flags: WrittenFlags): Promise<void> {
  const format = parseFormat(flags.output, ['name', 'json', 'yaml', 'jsonpath']);
  if (format.type !== 'table') {
    if (written.length === 0) return;
    const named = written.map(({ kind, object }) => ({ object, shown: shownName(kind, object.metadata.name) }));
    const options = { headers: true, managedFields: flags['show-managed-fields'], single: true };
    await print(io.stdout, await objectText(named, format, options));
    return;
  }
  const dry = flags['dry-run'] === 'server' ? ' (server dry run)' : '';
  await print(
    io.stdout,
    written.map(({ kind, object, verb }) => `${shownName(kind, object.metadata.name)} ${verb}${dry}\n`).join(''),
  );
}
