import test from 'ava';
import { createTestRegistry } from '../../runtime/registry/server.ts';
import { digestOf, MANIFEST_TYPE, registrySuite, type RegistryHarness } from '../../suites/registry.ts';
import { CREDENTIALS, startDockerRegistry } from './docker-registry.ts';

async function harness(secured: boolean): Promise<RegistryHarness> {
  const server = await startDockerRegistry({ auth: secured });
  const registry = createTestRegistry();
  return {
    registry,
    ...(secured ? { credentials: CREDENTIALS } : {}),
    push: (repository, tag, manifest, blobs) => server.push(repository, tag, manifest, blobs),
    async [Symbol.asyncDispose]() {
      registry[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

registrySuite(test.serial, 'docker-registry', () => harness(false));
registrySuite(test.serial, 'docker-registry with htpasswd', () => harness(true));

test.serial('docker-registry with a certificate is asked and pushed to by those who know its authority', async (t) => {
  await using server = await startDockerRegistry({ auth: true, tls: true });
  t.regex(server.authority?.pem ?? '', /BEGIN CERTIFICATE/);
  const blob = Buffer.from('{}');
  const descriptor = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(blob), size: blob.length };
  const manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: descriptor, layers: [descriptor] };
  await server.push('team/app', '1', Buffer.from(JSON.stringify(manifest)), [blob]);
  const { status, body } = await server.ask('GET', '/v2/team/app/manifests/1', { headers: { accept: MANIFEST_TYPE } });
  t.is(status, 200);
  t.deepEqual(JSON.parse(body.toString()), manifest);
  const stranger = await server.ask('GET', '/v2/', { headers: { authorization: '' } });
  t.is(stranger.status, 401);
  await t.throwsAsync(fetch(`https://${server.host}/v2/`));
});
