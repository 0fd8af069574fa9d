/** The measured requests as bytes. */

/** Bytes of a measured ConfigMap as it is sent. */
const CONFIG_MAP_BYTES = 700;
const COLLECTION = '/api/v1/namespaces/default/configmaps';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const APPLY = 'application/apply-patch+yaml';

export type Verb = 'create' | 'update' | 'get' | 'apply';

/** One request about the ConfigMap of this name. `mark` stands in the object, and makes one update differ from the one before. */
export function objectRequest(verb: Verb, name: string, mark: string): Buffer {
  const one = `${COLLECTION}/${name}`;
  switch (verb) {
    case 'create':
      return request('POST', COLLECTION, { body: configMap(name, mark) });
    case 'update':
      return request('PUT', one, { body: configMap(name, mark) });
    case 'get':
      return request('GET', one);
    case 'apply':
      return request('PATCH', `${one}?fieldManager=bench&force=true`, { body: configMap(name, mark), type: APPLY });
  }
}

/** A list of all ConfigMaps in the namespace at once. */
export const listRequest = (as: 'json' | 'table'): Buffer =>
  request('GET', COLLECTION, as === 'table' ? { accept: TABLE } : {});

/** One object and the version of the whole list. */
export const versionRequest = (): Buffer => request('GET', `${COLLECTION}?limit=1`);

/** All changes behind a version. */
export const watchRequest = (version: string): Buffer =>
  request('GET', `${COLLECTION}?watch=true&resourceVersion=${version}`);

function configMap(name: string, mark: string): string {
  const metadata = { name, namespace: 'default', labels: { app: 'bench' } };
  const object = (text: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { mark, text } });
  const bare = JSON.stringify(object('')).length;
  return JSON.stringify(object('value '.repeat(CONFIG_MAP_BYTES).slice(0, CONFIG_MAP_BYTES - bare)));
}

/** What a watcher finds a mark by. */
export const MARK = '"mark":"';

function request(
  method: string,
  path: string,
  { body = '', type = 'application/json', accept = 'application/json' } = {},
): Buffer {
  const length = body === '' ? '' : `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\nAccept: ${accept}\r\n${length}\r\n`;
  return Buffer.from(head + body);
}
