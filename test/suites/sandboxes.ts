import { RuntimeError } from '../../runtime/errors.ts';
import type { Sandboxes, SandboxSpec } from '../../runtime/ports/sandboxes.ts';
import type { Test } from './registry.ts';

export interface SandboxesHarness extends AsyncDisposable {
  readonly sandboxes: Sandboxes;
  readonly read: (path: string) => Promise<string | undefined>;
}

const spec: SandboxSpec = { id: 'uid-1.1', ownerUid: 'uid-1', mode: 'none', hostname: 'web' };

/** What every Sandboxes promises. */
export function sandboxesSuite(test: Test, name: string, create: () => Promise<SandboxesHarness>): void {
  test(`${name}: a sandbox has files of its own and answers the same again`, async (t) => {
    await using harness = await create();
    const { sandboxes, read } = harness;
    const sandbox = await sandboxes.ensure(spec);
    t.like(sandbox, { id: spec.id, mode: 'none' });
    t.is(sandbox.netnsPath, undefined);
    t.is(await read(sandbox.hostnamePath), 'web\n');
    t.regex((await read(sandbox.hostsPath)) ?? '', /^127\.0\.0\.1\tlocalhost$/m);
    t.regex((await read(sandbox.hostsPath)) ?? '', /\tweb$/m);
    t.is(await read(sandbox.resolvConfPath), '');
    t.deepEqual(await sandboxes.ensure(spec), sandbox);
    t.deepEqual(await sandboxes.list(), [spec.id]);
  });

  test(`${name}: the files follow the host name`, async (t) => {
    await using harness = await create();
    const { sandboxes, read } = harness;
    await sandboxes.ensure(spec);
    const sandbox = await sandboxes.ensure({ ...spec, hostname: 'other' });
    t.is(await read(sandbox.hostnamePath), 'other\n');
    t.notRegex((await read(sandbox.hostsPath)) ?? '', /web/);
  });

  test(`${name}: the files follow what is asked for besides`, async (t) => {
    await using harness = await create();
    const { sandboxes, read } = harness;
    const resolver = { from: 'none', nameServers: ['192.0.2.53'], searches: ['shop'], options: ['ndots:2'] } as const;
    const asked = { ...spec, hosts: [{ ip: '192.0.2.7', hostnames: ['db', 'db.example'] }], resolver };
    const sandbox = await sandboxes.ensure(asked);
    t.regex((await read(sandbox.hostsPath)) ?? '', /\tweb\n192\.0\.2\.7\tdb db\.example\n$/);
    t.is(await read(sandbox.resolvConfPath), 'nameserver 192.0.2.53\nsearch shop\noptions ndots:2\n');
    t.deepEqual(await sandboxes.ensure(spec), sandbox);
    t.notRegex((await read(sandbox.hostsPath)) ?? '', /db/);
    t.is(await read(sandbox.resolvConfPath), '');
  });

  test(`${name}: a removed sandbox is gone, and again is success`, async (t) => {
    await using harness = await create();
    const { sandboxes, read } = harness;
    const { hostsPath } = await sandboxes.ensure(spec);
    await sandboxes.ensure({ ...spec, id: 'uid-2.1' });
    await sandboxes.remove(spec.id);
    await sandboxes.remove(spec.id);
    t.deepEqual(await sandboxes.list(), ['uid-2.1']);
    t.is(await read(hostsPath), undefined);
  });

  test(`${name}: names that leave the directory or break the files are refused`, async (t) => {
    await using harness = await create();
    const { sandboxes } = harness;
    for (const bad of [{ id: '../x' }, { id: '' }, { id: 'a/b' }, { hostname: 'a\nb' }, { hostname: '' }]) {
      const error = await t.throwsAsync(sandboxes.ensure({ ...spec, ...bad }), { instanceOf: RuntimeError });
      t.is(error.code, 'InvalidArgument');
    }
    await t.throwsAsync(sandboxes.remove('../x'), { instanceOf: RuntimeError });
  });
}
