/** What may be asked of a list and of a watch together, row by row, with the words of a real server (1.36). */
import test from 'ava';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';

const IN_DEFAULT = '/api/v1/namespaces/default/configmaps';

/** Query, code, and what is wrong: causes, or the message. */
type Row = readonly [query: string, code: number, wrong?: readonly string[] | string];

const UNSET = 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided';
const PAGED = 'Forbidden: resourceVersionMatch is forbidden when continue is provided';
const EXACT_ZERO = 'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"';
const NOT_FOR_LIST = 'Forbidden: sendInitialEvents is forbidden for list';
const NEEDS_MATCH = 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
const ONLY_WITH = 'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
const notSupported = (value: string, ...known: readonly string[]): string =>
  `Unsupported value: "${value}": supported values: ${known.map((one) => `"${one}"`).join(', ')}`;
const LIST_MATCHES = ['Exact', 'NotOlderThan', ''];

const lists: readonly Row[] = [
  ['', 200],
  ['resourceVersion=', 200],
  ['resourceVersion=0', 200],
  ['resourceVersion={rv}', 200],
  ['resourceVersion=1', 200],
  ['resourceVersion=0&resourceVersionMatch=NotOlderThan', 200],
  ['resourceVersion={rv}&resourceVersionMatch=NotOlderThan', 200],
  ['resourceVersion={rv}&resourceVersionMatch=Exact', 200],
  ['resourceVersion={rv}&limit=1', 200],
  ['resourceVersion={rv}&resourceVersionMatch=Exact&limit=1', 200],
  ['continue={token}', 200],
  ['continue={token}&resourceVersion=0', 200],
  ['continue={token}&limit=1', 200],
  ['resourceVersionMatch=', 200],
  ['resourceVersionMatch=Exact', 422, [UNSET]],
  ['resourceVersionMatch=NotOlderThan', 422, [UNSET]],
  ['resourceVersionMatch=Bogus', 422, [UNSET, notSupported('Bogus', ...LIST_MATCHES)]],
  ['resourceVersion=1&resourceVersionMatch=Bogus', 422, [notSupported('Bogus', ...LIST_MATCHES)]],
  ['resourceVersion=0&resourceVersionMatch=Exact', 422, [EXACT_ZERO]],
  ['resourceVersion=1&resourceVersionMatch=Exact&continue={token}', 422, [PAGED]],
  ['resourceVersionMatch=Exact&continue={token}', 422, [UNSET, PAGED]],
  ['sendInitialEvents=true', 422, [NOT_FOR_LIST]],
  ['sendInitialEvents=false&resourceVersion=1&resourceVersionMatch=NotOlderThan', 422, [NOT_FOR_LIST]],
  ['sendInitialEvents=true&resourceVersionMatch=Exact', 422, [UNSET, NOT_FOR_LIST]],
  ['continue={token}&resourceVersion=1', 400, 'specifying resource version is not allowed when using continue'],
  ['resourceVersion=abc', 400],
  ['resourceVersion=-1', 400],
  ['resourceVersion=1.5', 400],
  ['resourceVersion=18446744073709551616', 400],
  ['limit=x', 400],
  ['continue=x', 400],
  ['labelSelector=a%20in%20(b', 400],
  ['fieldSelector=data.a%3Db', 400],
];

const watches: readonly Row[] = [
  ['', 200],
  ['resourceVersion=0', 200],
  ['resourceVersion={rv}', 200],
  ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', 200],
  ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=', 200],
  ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0', 200],
  ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion={rv}', 200],
  ['sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion={rv}', 200],
  ['sendInitialEvents=true', 422, [NEEDS_MATCH]],
  ['sendInitialEvents=false', 422, [NEEDS_MATCH]],
  ['sendInitialEvents=true&resourceVersionMatch=Exact', 422, [NEEDS_MATCH, notSupported('Exact', 'NotOlderThan')]],
  ['resourceVersionMatch=NotOlderThan', 422, [ONLY_WITH]],
  ['resourceVersionMatch=NotOlderThan&resourceVersion=1', 422, [ONLY_WITH]],
  ['resourceVersionMatch=Exact', 422, [ONLY_WITH, notSupported('Exact', 'NotOlderThan')]],
  ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue={token}', 422, [PAGED]],
  ['resourceVersion=abc', 400],
  ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=abc', 400],
  ['labelSelector=a%20in%20(b', 400],
];

/** A server with three objects, the version of its list, and the token of a first page. */
async function filled(): Promise<{ readonly server: RawServer; readonly fill: (query: string) => string }> {
  const server = await RawServer.open();
  for (const name of ['a', 'b', 'c']) await server.request('POST', IN_DEFAULT, { body: { metadata: { name } } });
  const { json } = await server.request('GET', `${IN_DEFAULT}?limit=1`);
  const { resourceVersion, continue: token } = json['metadata'] as { resourceVersion: string; continue: string };
  return { server, fill: (query) => query.replaceAll('{rv}', resourceVersion).replaceAll('{token}', token) };
}

async function check(
  t: { is: (a: unknown, b: unknown, hint: string) => void; deepEqual: (a: unknown, b: unknown, hint: string) => void },
  rows: readonly Row[],
  prefix: string,
): Promise<void> {
  const { server, fill } = await filled();
  await using _ = server;
  for (const [query, code, wrong] of rows) {
    const answer = await server.request('GET', `${IN_DEFAULT}?${prefix}${fill(query)}`);
    t.is(answer.status, code, `${query}: ${answer.text}`);
    if (wrong === undefined) continue;
    const { message, details = {} } = answer.json as { message?: string; details?: { causes?: readonly JsonObject[] } };
    const found = typeof wrong === 'string' ? message : details.causes?.map((cause) => cause['message']);
    t.deepEqual(found, wrong, query);
  }
}

test('a list takes and refuses these combinations', (t) => check(t, lists, ''));

test('a watch takes and refuses these combinations', (t) => check(t, watches, 'watch=true&timeoutSeconds=1&'));

test('a get takes a version that is not newer than its object has to be', async (t) => {
  const { server, fill } = await filled();
  await using _ = server;
  for (const [query, code] of [
    ['', 200],
    ['resourceVersion=', 200],
    ['resourceVersion=0', 200],
    ['resourceVersion={rv}', 200],
    ['resourceVersion=abc', 400],
    ['resourceVersion=-1', 400],
  ] as const) {
    t.is((await server.request('GET', `${IN_DEFAULT}/a?${fill(query)}`)).status, code, query);
  }
});

test('a version that has not come yet is 504 with its cause, for a get, a list and a WatchList', async (t) => {
  await using server = await RawServer.open();
  await server.request('POST', IN_DEFAULT, { body: { metadata: { name: 'a' } } });
  const queries = [
    '/a?resourceVersion=99999',
    '?resourceVersion=99999',
    '?resourceVersion=99999&resourceVersionMatch=Exact',
    '?resourceVersion=99999&resourceVersionMatch=NotOlderThan',
    '?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99999&allowWatchBookmarks=true',
  ];
  const answers = await Promise.all(queries.map((query) => server.request('GET', `${IN_DEFAULT}${query}`)));
  for (const [at, { status, json, headers }] of answers.entries()) {
    t.is(status, 504, queries[at]);
    t.is(headers['retry-after'], '1');
    t.deepEqual(json, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Timeout: Too large resource version: 99999, current: 4',
      reason: 'Timeout',
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
      code: 504,
    });
  }
});
