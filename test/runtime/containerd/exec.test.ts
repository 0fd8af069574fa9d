import test from 'ava';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GrpcError } from '../../../proto/grpc/error.ts';
import type { ContainersContext } from '../../../runtime/containerd/containers/context.ts';
import { execInstance } from '../../../runtime/containerd/exec/exec.ts';
import { makeFolder } from '../../support/interruption.ts';

test('FIFOs that are still in the making when the record turns out to be gone do not stay', async (t) => {
  const folder = await makeFolder('/tmp/tsm-t-');
  t.teardown(() => rm(folder, { recursive: true }));
  const made: string[] = [];
  const context = {
    connection: {
      services: { containers: { get: () => Promise.reject(new GrpcError('NOT_FOUND', 'gone', 'a.B/C')) } },
    },
    facts: { runDirectory: folder },
    host: {
      async makeFifos(paths: readonly string[]) {
        await sleep(20);
        await mkdir(dirname(paths[0] ?? ''), { recursive: true });
        for (const path of paths) await writeFile(path, '');
        made.push(...paths);
      },
    },
    execs: new Set(),
  } as unknown as ContainersContext;
  const request = { execId: 'p', args: ['true'], terminal: false, stdin: true };
  await t.throwsAsync(execInstance(context, 'a', request), { message: 'there is no instance a' });
  t.is(made.length, 3);
  t.deepEqual(await readdir(join(folder, 'exec')), []);
  t.is(context.execs.size, 0);
});
