/** What comes out of every example is taken by a real API server, with strict validation, and is unchanged the second time. */
import test from 'ava';
import { readdirSync } from 'node:fs';
import { openCliWorld } from '../world.ts';
import { example, EXAMPLES } from './examples.ts';

test('the server takes what every example becomes', async (t) => {
  await using world = await openCliWorld();
  for (const name of readdirSync(EXAMPLES)) {
    const { stdout, names } = await example(t, name, ['-n', name, '--profile', '*']);
    const applied = await world.tsmoby(['apply', '-f', '-'], { stdin: stdout });
    t.deepEqual([applied.code, applied.stderr], [0, ''], name);
    t.is(applied.stdout.trimEnd().split('\n').length, names.length, name);
    const again = await world.tsmoby(['apply', '-f', '-'], { stdin: stdout });
    const changed = again.stdout
      .split('\n')
      .filter((line) => line.endsWith('configured') && !line.startsWith('namespace/'));
    t.deepEqual(changed, [], name);
  }
});
