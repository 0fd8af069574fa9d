import { join } from 'node:path';
import test from 'ava';
import { isRuntimeError } from '../../../../runtime/errors.ts';
import { makeTree } from '../../files/tree.ts';
import { createContextsWorld } from './world.ts';

for (const [name, expected] of [
  ['file', 'inside'],
  ['d/../file', 'inside'],
  ['d/up', 'inside'],
  ['absolute', 'inside'],
  ['through/file2', 'two'],
  ['../../file', 'inside'],
  ['none', undefined],
  ['file/none', undefined],
  ['d', undefined],
  ['out', undefined],
  ['far', undefined],
  ['fifo', undefined],
  ['dangling', undefined],
] as const) {
  test(`${name} is ${expected ?? 'no file of the context'}`, async (t) => {
    await using world = await createContextsWorld();
    await using tree = await makeTree({
      'context/file': 'inside',
      'context/d/file2': 'two',
      'context/d/up': { link: '../file' },
      'context/absolute': { link: '/file' },
      'context/through': { link: 'd' },
      'context/out': { link: '../outside' },
      'context/far': { link: '/etc/hostname' },
      'context/dangling': { link: 'nowhere' },
      'context/fifo': { special: 'fifo' },
      outside: 'secret',
    });
    const content = await world.contexts.readFile(join(tree.path, 'context'), name, 100);
    t.is(content && Buffer.from(content).toString(), expected);
  });
}

test('a file that is larger than wanted, and a loop of links, are refused', async (t) => {
  await using world = await createContextsWorld();
  await using tree = await makeTree({ a: { link: 'b' }, b: { link: 'a' }, large: 'x'.repeat(11) });
  for (const name of ['a', 'large']) {
    const error = await t.throwsAsync(world.contexts.readFile(tree.path, name, 10));
    t.true(isRuntimeError(error, 'InvalidArgument') && error.reason === 'ContextUnreadable');
  }
});

test('a directory has the same name for its copies whatever leads to it', async (t) => {
  await using world = await createContextsWorld();
  await using other = await createContextsWorld({ hostId: 'another machine' });
  await using tree = await makeTree({ 'd/x': '', link: { link: 'd' } });
  const [real, link] = [join(tree.path, 'd'), join(tree.path, 'link')];
  t.is(world.contexts.sharedKey(link), world.contexts.sharedKey(real));
  t.not(other.contexts.sharedKey(real), world.contexts.sharedKey(real));
  t.notThrows(() => world.contexts.sharedKey('/not/there'));
});
