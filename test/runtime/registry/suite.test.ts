import test from 'ava';
import { registrySuite, type RegistryHarness } from '../../suites/registry.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import { createTestRegistry, startServer, type Handler } from './server.ts';

const credentials = { username: 'reader', password: 's3cret-Word' };
const basic = `Basic ${Buffer.from('reader:s3cret-Word').toString('base64')}`;

/** A registry that wants to be asked in this way. */
async function harness(guard: (inner: Handler) => Handler, secured: boolean): Promise<RegistryHarness> {
  const memory = createMemoryRegistry();
  const server = await startServer(guard(memory.handler));
  const registry = createTestRegistry();
  return {
    registry,
    ...(secured ? { credentials } : {}),
    async push(repository, tag, manifest, blobs) {
      memory.push(repository, tag, manifest, blobs);
      return `${server.host}/${repository}:${tag}`;
    },
    async [Symbol.asyncDispose]() {
      registry[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const withBasic = (inner: Handler): Handler => {
  return async (request, response, path) => {
    if (request.headers.authorization === basic) return await inner(request, response, path);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="private"' });
    response.end('{"errors":[{"message":"who are you"}]}');
  };
};

const withTokens = (inner: Handler): Handler => {
  return async (request, response, path) => {
    if (path.startsWith('/token?')) {
      const allowed = request.headers.authorization === basic;
      response.writeHead(allowed ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(allowed ? { token: 'the-token', expires_in: 300 } : { details: 'wrong password' }));
      return;
    }
    if (request.headers.authorization === 'Bearer the-token') return await inner(request, response, path);
    const realm = `http://${request.headers.host}/token`;
    response.writeHead(401, {
      'www-authenticate': `Bearer realm="${realm}",service="here",scope="repository:team/app:pull"`,
    });
    response.end();
  };
};

registrySuite(test, 'anonymous', () => harness((inner) => inner, false));
registrySuite(test, 'basic auth', () => harness(withBasic, true));
registrySuite(test, 'token auth', () => harness(withTokens, true));
