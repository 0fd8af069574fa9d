import test from 'ava';
import { RawServer } from '../../support/raw-http.ts';

const SERVICES = '/api/v1/namespaces/kube-system/services';

test('Services are known, and there are none', async (t) => {
  await using server = await RawServer.open();
  const spec = { image: 'busybox' };
  const body = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', metadata: { name: 'a' }, spec };
  await server.request('POST', '/apis/tsmoby.dev/v1alpha1/namespaces/kube-system/containers', { body });
  const list = await server.request('GET', `${SERVICES}?labelSelector=kubernetes.io%2Fcluster-service%3Dtrue`);
  t.like(list.json, { kind: 'ServiceList', apiVersion: 'v1', items: [] });
  t.is((await server.request('GET', `${SERVICES}/a`)).status, 404);
  t.is((await server.request('POST', SERVICES, { body: { metadata: { name: 'a' } } })).status, 405);
});
