import test from 'ava';
import { createTestRegistry } from '../../runtime/registry/server.ts';
import { registrySuite, type RegistryHarness } from '../../suites/registry.ts';
import { startDockerRegistry } from './docker-registry.ts';

const credentials = { username: 'reader', password: 's3cret-Word' };
const auth = {
  /** bcrypt of that password. */
  htpasswd: 'reader:$2b$04$Z.YcQE/2GfhPskos9w2waOvQO65H604Zi7BesMhGU8Wk2G0Kia7Zy\n',
  authorization: `Basic ${Buffer.from('reader:s3cret-Word').toString('base64')}`,
};

async function harness(secured: boolean): Promise<RegistryHarness> {
  const server = await startDockerRegistry(secured ? auth : undefined);
  const registry = createTestRegistry();
  return {
    registry,
    ...(secured ? { credentials } : {}),
    push: (repository, tag, manifest, blobs) => server.push(repository, tag, manifest, blobs),
    async [Symbol.asyncDispose]() {
      registry[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

registrySuite(test.serial, 'docker-registry', () => harness(false));
registrySuite(test.serial, 'docker-registry with htpasswd', () => harness(true));
