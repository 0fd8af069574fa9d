import test from 'ava';
import * as fc from 'fast-check';
import { parseRequest } from '../../../api/request-info.ts';
import { StatusError } from '../../../api/status-error.ts';

/** group version namespace resource name subresource, as `-` where empty. */
const ROWS: readonly (readonly [path: string, expected: string])[] = [
  ['/api/v1/configmaps', '- v1 - configmaps - -'],
  ['/api/v1/configmaps/', '- v1 - configmaps - -'],
  ['/api/v1/namespaces', '- v1 - namespaces - -'],
  ['/api/v1/namespaces/a', '- v1 a namespaces a -'],
  ['/api/v1/namespaces/a/status', '- v1 a namespaces a status'],
  ['/api/v1/namespaces/a/finalize', '- v1 a namespaces a finalize'],
  ['/api/v1/namespaces/a/configmaps', '- v1 a configmaps - -'],
  ['/api/v1/namespaces/a/configmaps/b', '- v1 a configmaps b -'],
  ['/api/v1/namespaces/a/configmaps/b/status', '- v1 a configmaps b status'],
  ['/api/v1/namespaces/a/status/b', '- v1 a status b -'],
  ['/apis/g.io/v1/things', 'g.io v1 - things - -'],
  ['/apis/g.io/v1/namespaces/a/things/b/proxy/c', 'g.io v1 a things b proxy/c'],
  ['/apis/g.io/v1/things/a%2Fb', 'g.io v1 - things a/b -'],
];

test('paths of resources are read as the real server reads them', (t) => {
  for (const [path, expected] of ROWS) {
    const info = parseRequest('GET', path);
    if (info.type !== 'resource') return t.fail(path);
    const { group, version, namespace, resource, name, subresource } = info;
    t.is([group, version, namespace, resource, name, subresource].map((part) => part || '-').join(' '), expected, path);
  }
  return undefined;
});

test('discovery and other paths are no resources', (t) => {
  for (const path of [
    '/',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/g',
    '/apis/g/v1',
    '/version',
    '/api/v1//a',
    '/apis//v1/a',
  ]) {
    t.is(parseRequest('GET', path).type, 'path', path);
  }
});

test('any path is read, or refused as a bad request', (t) => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      try {
        parseRequest('GET', `/${text}`);
      } catch (error) {
        t.true(error instanceof StatusError && error.status.code === 400);
      }
    }),
  );
  t.pass();
});
