/**
 * Sequences of edits, renames, deletes and moves between two Syncs, with controllers that die between any two writes: in the end the
 * objects are what the directories say, whoever is nobody's business is left alone, and an object that moved was never deleted.
 */
import test from 'ava';
import * as fc from 'fast-check';
import type { Client } from '../../../client/client.ts';
import type { ConfigMap } from '../../../schemas/gen/types.ts';
import { configMap, CONFIG_MAP, SyncWorld } from '../../support/sync-world.ts';

const SYNCS = ['one', 'two'] as const;
type Name = (typeof SYNCS)[number];

type Step =
  | {
      readonly type: 'write';
      readonly sync: Name;
      readonly file: string;
      readonly object: string;
      readonly value: number;
    }
  | { readonly type: 'delete'; readonly sync: Name; readonly file: string }
  | { readonly type: 'move'; readonly sync: Name; readonly file: string; readonly to: Name; readonly as: string }
  | { readonly type: 'edit'; readonly object: string }
  | { readonly type: 'crash'; readonly after: number }
  | { readonly type: 'pause' };

const sync = fc.constantFrom(...SYNCS);
const file = fc.constantFrom('a.yaml', 'b.yaml', 'c/d.yaml');
const object = fc.constantFrom('x', 'y', 'z');

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('write' as const), sync, file, object, value: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), sync, file }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('move' as const), sync, file, to: sync, as: file }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('edit' as const), object }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('crash' as const), after: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pause' as const) }) },
);

/** Lets so many writes through, and nothing after them: as a process that was killed. */
function mortal(client: Client, life: Life): Client {
  const dying = Object.create(client) as Record<string, unknown>;
  for (const verb of ['create', 'update', 'updateStatus', 'patch', 'apply', 'delete', 'deleteCollection'] as const) {
    const write = client[verb].bind(client) as (...args: readonly unknown[]) => Promise<unknown>;
    dying[verb] = (...args: readonly unknown[]) => {
      life.left -= 1;
      if (life.left < 0) return Promise.reject(new Error('the daemon was killed'));
      return write(...args);
    };
  }
  return dying as unknown as Client;
}

/** Files of both directories: the object in each. */
type Files = Map<string, { readonly object: string; readonly value: number }>;

async function run(steps: readonly Step[]): Promise<string | undefined> {
  const lives: Life[] = [];
  await using world = await SyncWorld.open({
    client: (api) => {
      const life = { left: Infinity };
      lives.push(life);
      return mortal(api.client('system:controller:sync'), life);
    },
  });
  const files: Files = new Map();
  await world.user.create(configMap('mine', { a: '1' }, { namespace: 'default' }));
  for (const name of SYNCS) {
    await world.sources.files.makeDirectory(`/srv/${name}`);
    await world.apply(name);
  }
  const save = async (name: Name, path: string): Promise<void> => {
    const { object: named, value } = files.get(`${name}/${path}`) ?? { object: '', value: 0 };
    await world.write(`/srv/${name}`, path, configMap(named, { value: String(value) }));
  };
  const restart = async (): Promise<Life | undefined> => {
    await world.stop();
    await world.start();
    return lives.at(-1);
  };
  for (const one of steps) await take(one, { world, files, save, restart });
  await restart();
  return await settle(world, files);
}

interface Life {
  left: number;
}

interface Stage {
  readonly world: SyncWorld;
  readonly files: Files;
  save(this: void, name: Name, path: string): Promise<void>;
  restart(this: void): Promise<Life | undefined>;
}

async function take(one: Step, { world, files, save, restart }: Stage): Promise<void> {
  switch (one.type) {
    case 'write':
      files.set(`${one.sync}/${one.file}`, one);
      return save(one.sync, one.file);
    case 'delete':
      files.delete(`${one.sync}/${one.file}`);
      return world.sources.delete(`/srv/${one.sync}`, one.file);
    case 'move': {
      const moved = files.get(`${one.sync}/${one.file}`);
      if (moved === undefined) return;
      files.delete(`${one.sync}/${one.file}`);
      await world.sources.delete(`/srv/${one.sync}`, one.file);
      files.set(`${one.to}/${one.as}`, moved);
      return save(one.to, one.as);
    }
    case 'edit':
      await world.user
        .patch({ ...CONFIG_MAP, namespace: 'default', name: one.object }, { data: { value: 'x' } }, { type: 'merge' })
        .catch(() => undefined);
      return;
    case 'crash': {
      // The next daemon lives for so many writes only.
      const life = await restart();
      if (life !== undefined) life.left = one.after;
      return;
    }
    case 'pause':
      await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** Undefined: all is as the files say. What stands twice in one directory is in none, and nothing goes while that is so. */
async function settle(world: SyncWorld, files: Files): Promise<string | undefined> {
  const wanted = new Map<string, Set<number>>();
  const inSync = new Map<string, number>();
  for (const [path, { object: named, value }] of files) {
    wanted.set(named, (wanted.get(named) ?? new Set()).add(value));
    const place = `${path.split('/')[0]} ${named}`;
    inSync.set(place, (inSync.get(place) ?? 0) + 1);
  }
  const isAmbiguous = [...inSync.values()].some((count) => count > 1);
  let seen = '';
  const look = async (): Promise<boolean> => {
    const { items } = await world.user.list<ConfigMap>(CONFIG_MAP, { namespace: 'default' });
    const there = new Map(items.map(({ metadata, data }) => [metadata.name, data]));
    seen = JSON.stringify([...there]);
    if (there.get('mine')?.['a'] !== '1') return false;
    if (isAmbiguous) return true;
    there.delete('mine');
    const isRight = (name: string): boolean => wanted.get(name)?.has(Number(there.get(name)?.['value'])) === true;
    return there.size === wanted.size && [...there.keys()].every(isRight);
  };
  try {
    await world.eventually('the objects are what the files say', look);
    await world.quiet();
    return (await look()) ? undefined : `it did not stay so: ${seen}`;
  } catch {
    const states = await Promise.all(SYNCS.map(async (name) => JSON.stringify((await world.get(name)).status)));
    return `${seen} for ${JSON.stringify([...files])}: ${states.join(' ')}`;
  }
}

test('whatever is done to files, and whenever the controller dies: the end is what the directories say', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const problem = await run(steps);
      if (problem !== undefined) throw new Error(problem);
    }),
    { numRuns: Number(process.env['TSMOBY_SEQUENCES'] ?? 10), endOnFailure: true },
  );
  t.pass();
});
