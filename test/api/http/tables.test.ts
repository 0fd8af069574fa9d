import test from 'ava';
import { RawServer } from '../../support/raw-http.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

interface Row {
  readonly cells: readonly unknown[];
}

test('rows that are kept with their objects age, and are made anew when the object changes', async (t) => {
  let now = Date.parse('2026-01-01T00:00:00Z');
  await using server = await RawServer.open({ clock: { now: () => now } });
  const cells = async (query = ''): Promise<readonly unknown[]> => {
    const { json } = await server.request('GET', `${CONFIG_MAPS}${query}`, { headers: TABLE });
    return (json['rows'] as unknown as readonly Row[]).map((row) => row.cells);
  };
  await server.request('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' }, data: { one: '1' } } });
  t.deepEqual(await cells(), [['a', 1, '0s']]);
  now += 90_000;
  t.deepEqual(await cells(), [['a', 1, '90s']]);
  await server.request('PUT', `${CONFIG_MAPS}/a`, { body: { metadata: { name: 'a' }, data: { one: '1', two: '2' } } });
  t.deepEqual(await cells(), [['a', 2, '90s']]);
  now += 3_600_000;
  t.deepEqual(await cells('?limit=1'), [['a', 2, '61m']]);
});

test('one object is another row where it is another kind', async (t) => {
  await using server = await RawServer.open();
  const event = {
    metadata: { name: 'e' },
    involvedObject: { kind: 'ConfigMap', namespace: 'default', name: 'a' },
    reason: 'Made',
    type: 'Normal',
    message: 'text',
    lastTimestamp: new Date(Date.now() - 65_000).toISOString().replace(/\.\d+/, ''),
  };
  await server.request('POST', '/api/v1/namespaces/default/events', { body: event });
  for (const group of ['/api/v1', '/apis/events.k8s.io/v1', '/api/v1']) {
    const { json } = await server.request('GET', `${group}/namespaces/default/events`, { headers: TABLE });
    const [row] = json['rows'] as unknown as readonly Row[];
    t.deepEqual(row?.cells.slice(1, 4), ['Normal', 'Made', 'configmap/a'], group);
    t.regex(String(row?.cells[0]), /^6\ds$/);
  }
});
