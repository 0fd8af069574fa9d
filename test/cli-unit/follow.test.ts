import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ApiError } from '../../client/client.ts';
import type { Io } from '../../cli/io.ts';
import { follow, type Source, type SourceEvent } from '../../cli/watch/follow.ts';

interface Thing {
  readonly name: string;
  readonly version: string;
}

const refusal = (reason: string, code: number): ApiError =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code });

const thing = (name: string, version: number): Thing => ({ name, version: String(version) });

/** Lists and watches in turn, as written down; a watch ends, or fails with the error behind its events. */
function scripted(
  lists: readonly (readonly Thing[] | Error)[],
  watches: readonly (readonly (SourceEvent<Thing> | Error)[])[],
): { readonly source: Source<Thing>; readonly from: string[] } {
  const from: string[] = [];
  const listing = lists.values();
  const watching = watches.values();
  return {
    from,
    source: {
      async list() {
        const { value, done } = listing.next();
        if (done === true || value instanceof Error) throw value ?? new Error('listed too often');
        return { items: value, resourceVersion: String(Math.max(0, ...value.map(({ version }) => Number(version)))) };
      },
      async *watch(version) {
        from.push(version);
        for (const event of watching.next().value ?? [refusal('Forbidden', 403)]) {
          if (event instanceof Error) throw event;
          yield event;
        }
      },
      keyOf: ({ name }) => name,
      versionOf: ({ version }) => version,
    },
  };
}

async function told(
  source: Source<Thing>,
): Promise<{ readonly lines: readonly string[]; readonly notes: string; readonly error: unknown }> {
  const lines: string[] = [];
  let notes = '';
  const io = {
    stderr: { write: (text: string) => (notes += text) !== '' },
    sleep: (_: number, signal: AbortSignal) => sleep(1, undefined, { signal }),
  } as unknown as Io;
  let error: unknown;
  try {
    for await (const change of follow(source, io, new AbortController().signal))
      lines.push(change.type === 'SYNCED' ? 'SYNCED' : `${change.type} ${change.item.name}@${change.item.version}`);
  } catch (caught) {
    error = caught;
  }
  return { lines, notes, error };
}

test('a watch that ends is opened again behind the last change', async (t) => {
  const { source, from } = scripted(
    [[thing('a', 1)]],
    [
      [{ type: 'MODIFIED', item: thing('a', 2) }],
      [{ type: 'BOOKMARK', resourceVersion: '7' }],
      [{ type: 'DELETED', item: thing('a', 9) }],
    ],
  );
  const { lines } = await told(source);
  t.deepEqual(lines, ['ADDED a@1', 'SYNCED', 'MODIFIED a@2', 'DELETED a@9']);
  t.deepEqual(from, ['1', '2', '7', '9']);
});

test('when the version is too old, what is different is told, and no more', async (t) => {
  const { source } = scripted(
    [
      [thing('a', 1), thing('b', 2), thing('c', 3)],
      [thing('a', 1), thing('b', 8), thing('d', 9)],
    ],
    [[refusal('Expired', 410)]],
  );
  const { lines } = await told(source);
  t.deepEqual(lines, ['ADDED a@1', 'ADDED b@2', 'ADDED c@3', 'SYNCED', 'MODIFIED b@8', 'ADDED d@9', 'DELETED c@3']);
});

test('a server that goes away is waited for, with one word about it', async (t) => {
  const away = refusal('ServiceUnavailable', 0);
  const { source } = scripted(
    [[thing('a', 1)]],
    [[away], [away], [away], [away], [{ type: 'MODIFIED', item: thing('a', 2) }]],
  );
  const { lines, notes } = await told(source);
  t.deepEqual(lines, ['ADDED a@1', 'SYNCED', 'MODIFIED a@2']);
  t.is(notes, 'the connection to the server is lost, waiting for it to come back\n');
});

test('a server that is not there at the beginning is an error, and so is a refusal', async (t) => {
  const away = refusal('ServiceUnavailable', 0);
  t.is((await told(scripted([away], []).source)).error, away);
  const { error } = await told(scripted([[]], []).source);
  t.true(error instanceof ApiError && error.reason === 'Forbidden');
});
