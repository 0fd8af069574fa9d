import test from 'ava';
import { GrpcError, type GrpcCode } from '../../../proto/grpc/error.ts';
import type { RuntimeError } from '../../../runtime/errors.ts';
import { removeSnapshots } from '../../../runtime/containerd/remove-snapshots.ts';

type Services = Parameters<typeof removeSnapshots>[0];

/** One snapshotter; `refuse` says why a removal fails. */
function servicesWith(
  names: readonly string[],
  refuse: (name: string, left: ReadonlySet<string>) => GrpcCode | undefined,
) {
  const left = new Set(names);
  const calls: string[] = [];
  const services = {
    introspection: { plugins: () => Promise.resolve({ plugins: [{ id: 'overlayfs' }] }) },
    snapshots: {
      async *list() {
        yield { info: [...left].map((name) => ({ name })) };
      },
      remove: ({ key }: { readonly key: string }) => {
        calls.push(key);
        const code = refuse(key, left);
        if (code !== undefined) return Promise.reject(new GrpcError(code, 'no', 'Remove'));
        left.delete(key);
        return Promise.resolve({});
      },
    },
  } as unknown as Services;
  return { services, left, calls };
}

test('a parent goes after its children, and what is gone already is no trouble', async (t) => {
  const { services, left, calls } = servicesWith(['parent', 'child', 'gone'], (name, there) => {
    if (name === 'gone') return 'NOT_FOUND';
    return name === 'parent' && there.has('child') ? 'FAILED_PRECONDITION' : undefined;
  });
  await removeSnapshots(services, 'n', undefined);
  t.deepEqual([...left], ['gone']);
  t.deepEqual(calls, ['parent', 'child', 'gone', 'parent']);
});

test('what stays because it is used is told as that, and any other trouble as what it is', async (t) => {
  const used = servicesWith(['a', 'b'], (name) => (name === 'b' ? 'FAILED_PRECONDITION' : undefined));
  t.like(await t.throwsAsync<RuntimeError>(removeSnapshots(used.services, 'n', undefined)), {
    code: 'FailedPrecondition',
    message: '1 snapshots of n are in use: b',
  });
  const away = servicesWith(['a', 'b'], () => 'UNAVAILABLE');
  t.like(await t.throwsAsync<GrpcError>(removeSnapshots(away.services, 'n', undefined)), { code: 'UNAVAILABLE' });
  t.deepEqual(away.calls, ['a'], 'nobody is asked on');
});
