import test from 'ava';
import type { BuilderFacts, BuildRequest } from '../../../../runtime/ports/builders.ts';
import { entitlementsOf, frontendAttributes } from '../../../../runtime/buildkit/request/attributes.ts';
import { cacheExports, cacheImports, cacheImportsAttribute } from '../../../../runtime/buildkit/request/cache.ts';
import { makeBuildFolder } from '../../../support/buildkit/build-folder.ts';

const facts: BuilderFacts = {
  kind: 'buildkitd',
  version: '',
  workers: [],
  landing: 'ContentStore',
  exporters: [],
  hasSandboxNetwork: true,
};

async function request(changes: Partial<BuildRequest> = {}): Promise<BuildRequest> {
  await using folder = await makeBuildFolder({});
  return folder.request(changes);
}

test('little is said of a plain build', async (t) => {
  t.deepEqual(frontendAttributes(await request(), facts), { filename: 'Dockerfile', 'image-resolve-mode': 'local' });
});

test('everything that a build can say becomes an attribute, and options of the user never win', async (t) => {
  const content = {
    methods: [],
    call: () => {
      throw new Error('nobody calls');
    },
  };
  const directory = { path: '/d', sharedKey: 'd' };
  const all = await request({
    frontend: { name: 'gateway.v0', source: 'registry.test/df:1' },
    options: { filename: 'mine', other: 'kept' },
    target: 'last',
    args: { A: '1=2', B: '' },
    labels: { 'a.b/c': 'x' },
    platforms: ['linux/amd64', 'linux/arm64'],
    network: 'none',
    hosts: [
      { name: 'one', ip: '10.0.0.1' },
      { name: 'six', ip: '::1' },
    ],
    ulimits: [{ name: 'nofile', soft: 10, hard: 20 }],
    shmBytes: 1024,
    noCache: ['one', 'two'],
    pull: true,
    attestations: { sbom: {}, provenance: { mode: 'max' } },
    namedContexts: {
      'docker.io/library/base:latest': { type: 'layout', digest: `sha256:${'ab'.repeat(32)}`, content },
      src: { type: 'directory', directory },
      context: { type: 'directory', directory },
      tool: { type: 'reference', reference: 'registry.test/tool:1' },
    },
  });
  t.deepEqual(frontendAttributes(all, facts), {
    other: 'kept',
    source: 'registry.test/df:1',
    filename: 'Dockerfile',
    target: 'last',
    'build-arg:A': '1=2',
    'build-arg:B': '',
    'label:a.b/c': 'x',
    platform: 'linux/amd64,linux/arm64',
    'no-cache': 'one,two',
    'image-resolve-mode': 'pull',
    'force-network-mode': 'none',
    'add-hosts': 'one=10.0.0.1,six=::1',
    'shm-size': '1024',
    ulimit: 'nofile=10:20',
    'context:base': `oci-layout://image-abababababababab@sha256:${'ab'.repeat(32)}`,
    'context:src': 'local:named-src',
    'context:context': 'local:named-context',
    'context:tool': 'docker-image://registry.test/tool:1',
    'attest:sbom': '',
    'attest:provenance': 'mode=max',
  });
});

test('no cache at all is an empty list of stages', async (t) => {
  t.is(frontendAttributes(await request({ noCache: true }), facts)['no-cache'], '');
});

test('a dockerd without a bridge gives steps the network of the machine, which it has to allow', async (t) => {
  const bare: BuilderFacts = { ...facts, kind: 'dockerd', hasSandboxNetwork: false };
  const mode = async (builder: BuilderFacts, network: BuildRequest['network']): Promise<unknown> => {
    const asked = await request({ network });
    return [frontendAttributes(asked, builder)['force-network-mode'], entitlementsOf(asked, builder)];
  };
  t.deepEqual(await mode(bare, 'default'), ['host', ['network.host']]);
  t.deepEqual(await mode(bare, 'none'), ['none', []]);
  t.deepEqual(await mode({ ...bare, hasSandboxNetwork: true }, 'default'), [undefined, []]);
  t.deepEqual(await mode({ ...facts, hasSandboxNetwork: false }, 'default'), [undefined, []]);
  t.deepEqual(await mode(facts, 'host'), ['host', ['network.host']]);
  t.deepEqual(entitlementsOf(await request({ network: 'host', entitlements: ['network.host', 'x'] }), facts), [
    'network.host',
    'x',
  ]);
});

test('caches are named as builders want them, and directories without one are left out', (t) => {
  const imports = cacheImports(
    [
      { type: 'registry', reference: 'r.test/c:1', insecure: true },
      { type: 'local', path: '/there' },
      { type: 'local', path: '/nothing' },
    ],
    new Map([['/there', 'sha256:1']]),
  );
  t.deepEqual(cacheImportsAttribute(imports), {
    'cache-imports':
      '[{"Type":"registry","Attrs":{"ref":"r.test/c:1","registry.insecure":"true"}},{"Type":"local","Attrs":{"src":"/there","digest":"sha256:1"}}]',
  });
  t.deepEqual(cacheImportsAttribute([]), {});
  t.deepEqual(
    cacheExports([
      { type: 'inline' },
      { type: 'registry', reference: 'r.test/c:1', insecure: false, mode: 'max' },
      { type: 'local', path: '/there', mode: 'min' },
    ]),
    [
      { type: 'inline', attrs: {} },
      { type: 'registry', attrs: { ref: 'r.test/c:1', mode: 'max' } },
      { type: 'local', attrs: { dest: '/there', mode: 'min' } },
    ],
  );
});
