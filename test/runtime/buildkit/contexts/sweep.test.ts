import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createContextsWorld } from './world.ts';

test('what was left by who asked and was killed goes with the first question, also when that failed once', async (t) => {
  await using world = await createContextsWorld();
  const root = join(world.dataDirectory, 'build-contexts');
  const source = { type: 'http', url: 'http://127.0.0.1:9/', digest: 'sha256:1' } as const;
  mkdirSync(world.dataDirectory);
  writeFileSync(root, 'no directory');
  await t.throwsAsync(world.contexts.revision(source), { message: /ENOTDIR/ });
  rmSync(root);
  mkdirSync(join(root, '.asking-left'), { recursive: true });
  mkdirSync(join(root, 'u1'));
  t.is(await world.contexts.revision(source), 'sha256:1');
  t.deepEqual(readdirSync(root), ['u1']);
});
