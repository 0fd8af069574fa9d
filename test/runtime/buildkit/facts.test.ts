import test from 'ava';
import { create } from '@bufbuild/protobuf';
import { ListWorkersResponseSchema } from '../../../proto/gen/buildkit/control_pb.ts';
import type { BuilderFacts } from '../../../runtime/ports/builders.ts';
import { factsOf } from '../../../runtime/buildkit/facts.ts';

const LABEL = 'org.mobyproject.buildkit.worker.';
const platforms = [
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'amd64', variant: 'v2' },
];

function facts(
  kind: BuilderFacts['kind'],
  labels: Readonly<Record<string, string>>,
  bridge?: boolean,
  version = '',
): BuilderFacts {
  const named = Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${LABEL}${key}`, value]));
  const record = [{ id: 'one', labels: named, platforms, buildkitVersion: { version: 'v0.32.2' } }];
  return factsOf({ kind, title: 'it' }, create(ListWorkersResponseSchema, { record }), version, bridge);
}

test('a buildkitd with an oci worker in the network of the machine', (t) => {
  t.like(facts('buildkitd', { executor: 'oci', network: 'host' }), {
    version: 'v0.32.2',
    landing: 'ContentStore',
    exporters: ['image', 'oci', 'docker', 'tar', 'local'],
    hasSandboxNetwork: false,
    containerdUuid: undefined,
  });
  t.true(facts('buildkitd', { executor: 'oci', network: 'cni' }).hasSandboxNetwork);
});

test('platforms are told once each', (t) => {
  t.deepEqual(facts('buildkitd', { executor: 'oci' }).workers[0]?.platforms, ['linux/amd64', 'linux/amd64/v2']);
});

test('a dockerd with images in containerd says in whose, and has a network when it has a bridge', (t) => {
  const labels = { executor: 'containerd', 'containerd.uuid': 'u', 'containerd.namespace': 'moby', network: 'host' };
  t.like(facts('dockerd', labels, true, 'v0.0.0+unknown'), {
    version: 'v0.0.0+unknown',
    exporters: ['image', 'oci', 'docker', 'tar', 'local', 'moby'],
    containerdUuid: 'u',
    containerdNamespace: 'moby',
    hasSandboxNetwork: true,
  });
  t.false(facts('dockerd', labels, false).hasSandboxNetwork);
});

test('a dockerd with its old store has no labels', (t) => {
  t.like(facts('dockerd', {}, true), { landing: 'DockerArchive', exporters: ['moby', 'tar', 'local'] });
});

test('a builder without a worker is none', (t) => {
  const none = create(ListWorkersResponseSchema, {});
  t.throws(() => factsOf({ kind: 'buildkitd', title: 'it' }, none, '', undefined), { message: 'it has no worker' });
});
