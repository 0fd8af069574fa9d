/** Somebody writes between the plan that was made again and the writes that it leads to. */
import test from 'ava';
import { CONFIG } from '../diff-world.ts';
import { openPlanWorld, replacing, type PlanWorld } from './world.ts';

const CONTAINER = (command: string): string =>
  `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: web}\nspec: {image: a, command: [${command}]}\n`;
const isWrite = (line: string): boolean => line.startsWith('PATCH ') && !line.includes('dryRun=All');

/** Once, just before an object of that name is written. */
function beforeWrite(at: PlanWorld, name: string, act: () => Promise<unknown>): void {
  let done = false;
  at.onRequest(async (line) => {
    if (done || !isWrite(line) || !line.includes(`/${name}?`)) return;
    done = true;
    await act();
  });
}

async function planned(files: string): Promise<PlanWorld> {
  const at = await openPlanWorld();
  at.plans(replacing);
  await at.apply([CONFIG('b'), CONTAINER('a')].join('---\n'));
  await at.diff(files, ['-o', 'plan=p']);
  return at;
}

const carryOut = (at: PlanWorld, files: string) =>
  at.world.tsmoby(['apply', '-f', '-', '--plan', 'p'], { stdin: files });
const dataOf = async (at: PlanWorld, name: string): Promise<string> =>
  (await at.world.tsmoby(['get', 'cm', name, '-o', 'jsonpath={.data}'])).stdout;
/** Past the one who watches requests. */
const direct = (at: PlanWorld, line: readonly string[], stdin = '') =>
  at.world.tsmoby(line, { stdin, env: { TSMOBY_HOST: `unix://${at.world.socketPath}` } });

const FILES = [CONFIG('a'), CONFIG('b', 'a: "2"'), CONFIG('c')].join('---\n');

test('an object that was changed is not overwritten, what follows is not begun, and it is said how far it got', async (t) => {
  await using at = await planned(FILES);
  beforeWrite(at, 'b', () => direct(at, ['patch', 'cm', 'b', '-p', '{"data":{"x":"y"}}']));
  const run = await carryOut(at, FILES);
  t.deepEqual(run, {
    code: 1,
    stdout: 'configmap/a created\n',
    stderr: `error: STDIN:7:1: configmap/b: it was written since the plan was made
error: the plan is carried out in part: 1 of 3 objects
  applied: configmap/a
  not applied: configmap/b, configmap/c
`,
  });
  t.is(await dataOf(at, 'b'), '{"a":"1","x":"y"}');
  t.is((await direct(at, ['get', 'cm', 'c'])).code, 1);
});

test('an object that came is not overwritten by one that was to be made', async (t) => {
  await using at = await planned(FILES);
  beforeWrite(at, 'c', () => direct(at, ['apply', '-f', '-'], CONFIG('c', 'mine: "1"')));
  const run = await carryOut(at, FILES);
  t.is(run.code, 1);
  t.regex(run.stderr, /^error: STDIN:13:1: configmap\/c: it is there meanwhile\nerror: .*: 2 of 3 objects\n/);
  t.is(await dataOf(at, 'c'), '{"mine":"1"}');
});

test('an object that went is not made anew', async (t) => {
  await using at = await planned(FILES);
  beforeWrite(at, 'b', () => direct(at, ['delete', 'cm', 'b']));
  const run = await carryOut(at, FILES);
  t.is(run.code, 1);
  t.regex(run.stderr, /^error: STDIN:7:1: configmap\/b: it is not there any more\n/);
  t.is((await direct(at, ['get', 'cm', 'b'])).code, 1);
});

test('whoever writes status alone does not stand in the way', async (t) => {
  const files = CONTAINER('b');
  await using at = await planned(files);
  const status = ['patch', 'ctr', 'web', '--subresource=status', '--type=merge', '-p', '{"status":{"restartCount":3}}'];
  beforeWrite(at, 'web', async () => t.is((await direct(at, status)).code, 0));
  t.deepEqual(await carryOut(at, files), {
    code: 0,
    stdout: 'container.tsmoby.dev/web configured - replaced (spec.command)\n',
    stderr: '',
  });
});

test('where the answer never comes, that is said', async (t) => {
  await using at = await planned(FILES);
  beforeWrite(at, 'b', () => Promise.reject(new Error('gone')));
  const run = await carryOut(at, FILES);
  t.is(run.code, 1);
  t.regex(
    run.stderr,
    /^error: the plan is carried out in part: 1 of 3 objects\n {2}applied: configmap\/a\n {2}not applied, but for the first of them nobody knows: configmap\/b, configmap\/c\nerror: cannot reach tsmoby/,
  );
});

test('what the server refuses ends it with the place in the file', async (t) => {
  await using at = await planned(FILES);
  // somebody else takes a field that the plan changes: a conflict of owners, not of versions
  await direct(at, ['patch', 'cm', 'b', '-p', '{"data":{"a":"9"}}']);
  const run = await carryOut(at, FILES);
  t.is(run.code, 1);
  t.regex(run.stderr, /^STDIN:7:1: configmap\/b: Apply failed with 1 conflict/);
  t.regex(run.stderr, /\nerror: nothing was applied: /);
});
