import { chmod, writeFile } from 'node:fs/promises';
import test from 'ava';
import { createHost } from '../../../runtime/host/create-host.ts';
import { RuntimeError } from '../../../runtime/errors.ts';
import { temporaryDirectory } from './temporary.ts';

async function scene(script: string) {
  const directory = await temporaryDirectory();
  const path = `${directory.path}/plugin`;
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  const host = createHost({
    runDirectory: directory.path,
    prefix: (program) => (program === 'cni' ? ['env', 'X=1'] : []),
  });
  return { host, path, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

test('a plugin has its input, its environment and nothing else of ours, behind the words of the prefix', async (t) => {
  await using at = await scene('cat; echo "$# $CNI_COMMAND $X $HOME"');
  const end = await at.host.runPlugin(at.path, { environment: { CNI_COMMAND: 'ADD' }, input: '{} ' });
  t.deepEqual(end, { code: 0, stdout: '{} 0 ADD 1 \n', stderr: '' });
  t.is(at.host.calls.cni, 1);
});

test('an exit code of a plugin is an answer; one that is too slow is killed', async (t) => {
  await using at = await scene('[ "$SLOW" ] && sleep 60; echo no; echo why >&2; exit 3');
  t.deepEqual(await at.host.runPlugin(at.path, { environment: {} }), { code: 3, stdout: 'no\n', stderr: 'why\n' });
  const error = await t.throwsAsync(at.host.runPlugin(at.path, { environment: { SLOW: 'yes' }, deadline: 50 }), {
    instanceOf: RuntimeError,
  });
  t.is(error.code, 'DeadlineExceeded');
});
