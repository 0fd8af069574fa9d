/** What a person looks at after a job that failed: how everything was at the end. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { isReason } from '../../client/client.ts';
import { openLog } from '../commands/logs/open-log.ts';
import type { Session } from '../connect/session.ts';
import { note, type Io } from '../io.ts';
import { refOf, shownName } from '../kinds/directory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { eventAge, eventObject, lastTimeOf, type EventObject } from '../output/event-text.ts';
import { objectText } from '../output/object-text.ts';
import { buildLogText } from './collect-log.ts';

const EVENT = { apiVersion: 'v1', kind: 'Event' } as const;
/** For all of it: a job that failed is to end. */
const LONGEST_MS = 30_000;

/**
 * Writes logs, events and objects into a directory: `logs/CONTAINER.log` (and `CONTAINER.previous.log`), `builds/BUILD.log`, `events.txt`,
 * `objects/KIND-NAME.yaml`. Secrets are left out. What cannot be had is told, and keeps nothing else back.
 */
export async function collectArtifacts(
  session: Session,
  manifests: readonly Manifest[],
  directory: string,
  io: Io,
): Promise<void> {
  const signal = AbortSignal.timeout(LONGEST_MS);
  const write = async (path: string, content: () => Promise<string | Uint8Array>): Promise<void> => {
    try {
      const bytes = await content();
      const file = join(directory, path);
      await mkdir(join(file, '..'), { recursive: true });
      if (bytes.length > 0) await writeFile(file, bytes);
    } catch (error) {
      // never started, so it has none
      if (isReason(error, 'NotFound') || isReason(error, 'BadRequest')) return;
      note(io, `tsmoby ci: cannot collect ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await write('events.txt', () => eventsText(session, io, signal));
  await Promise.all(
    manifests.map(async (manifest) => {
      const { kind, name } = manifest;
      if (kind.kind !== 'Secret')
        await write(`objects/${kind.singular}-${name}.yaml`, () => yaml(session, manifest, signal));
      if (kind.group !== 'tsmoby.dev') return;
      if (kind.kind === 'Container') {
        await write(`logs/${name}.log`, async () => buffer(await openLog(session, name, {}, signal)));
        await write(`logs/${name}.previous.log`, async () =>
          buffer(await openLog(session, name, { previous: true }, signal)),
        );
      }
      if (kind.kind === 'Build') await write(`builds/${name}.log`, () => buildLogText(session, name, signal));
    }),
  );
}

async function yaml({ client }: Session, { kind, name, namespace }: Manifest, signal: AbortSignal): Promise<string> {
  const place = namespace === undefined ? {} : { namespace };
  const object = await client.get({ ...refOf(kind), ...place, name }, { signal });
  const named = [{ object, shown: shownName(kind, name) }];
  return await objectText(named, { type: 'yaml' }, { headers: false, managedFields: false, single: true });
}

async function eventsText({ client, namespace }: Session, io: Io, signal: AbortSignal): Promise<string> {
  const { items } = await client.list<EventObject>(EVENT, { namespace, signal });
  return items
    .toSorted((a, b) => (lastTimeOf(a) < lastTimeOf(b) ? -1 : 1))
    .map((event) => {
      const { type = '', reason = '', message = '' } = event;
      const count = eventAge(event, io.now()).replace(/^\S+ ?/, '');
      return `${[lastTimeOf(event), type, reason, eventObject(event), message, ...(count === '' ? [] : [count])].join('\t')}\n`;
    })
    .join('');
}
