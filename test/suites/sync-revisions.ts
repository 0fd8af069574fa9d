import type { TestFn } from 'ava';
import type { SyncRevision, SyncRevisions } from '../../runtime/ports/sync-revisions.ts';

export interface SyncRevisionsWorld extends AsyncDisposable {
  readonly revisions: SyncRevisions;
  /** Some time goes by. */
  tick(): void;
}

const digestOf = (number: number): string => `sha256:${String(number).padStart(64, '0')}`;

const revision = (number: number, objects: readonly string[] = [`{"n":${number}}`]): SyncRevision => ({
  revision: `main@${number}`,
  digest: digestOf(number),
  objects,
});

/** What every implementation of the port does. */
export function syncRevisionsSuite(test: TestFn, open: () => Promise<SyncRevisionsWorld>): void {
  test('a revision is found again by its digest, just as it was', async (t) => {
    await using world = await open();
    const kept = revision(1, ['{"text":"a\\nb"}', '{"big":12345678901234567890}', '{"text":"Grüße"}']);
    await world.revisions.save('one', kept);
    t.deepEqual(await world.revisions.load('one', kept.digest), kept);
    t.is(await world.revisions.load('two', kept.digest), undefined);
    t.is(await world.revisions.load('one', digestOf(2)), undefined);
  });

  test('one without objects is one, too', async (t) => {
    await using world = await open();
    await world.revisions.save('one', revision(1, []));
    t.deepEqual(await world.revisions.load('one', digestOf(1)), revision(1, []));
  });

  test('the newest five of each owner are kept; saving one again makes it the newest', async (t) => {
    await using world = await open();
    for (const number of [1, 2, 3, 4, 5, 1, 6]) {
      await world.revisions.save('one', revision(number));
      world.tick();
    }
    await world.revisions.save('two', revision(7));
    t.deepEqual(await world.revisions.list('one'), [6, 1, 5, 4, 3].map(digestOf));
    t.deepEqual(await world.revisions.list('two'), [digestOf(7)]);
  });

  test('what is removed is gone, also twice', async (t) => {
    await using world = await open();
    await world.revisions.save('one', revision(1));
    await world.revisions.save('two', revision(1));
    await world.revisions.remove('one');
    await world.revisions.remove('one');
    t.deepEqual(await world.revisions.list('one'), []);
    t.deepEqual(await world.revisions.list('two'), [digestOf(1)]);
  });
}
