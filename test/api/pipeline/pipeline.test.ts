import test from 'ava';
import type { AdmissionPlugin, AdmissionRequest } from '../../../api/pipeline/admission.ts';
import type { AuditEvent } from '../../../api/pipeline/audit.ts';
import { forbidden } from '../../../api/status-error.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';

const WIDGETS = '/apis/test.tsmoby.dev/v1/namespaces/default/widgets';
const widget = { apiVersion: 'test.tsmoby.dev/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 1 } };

test('plugins change objects in order before validation, and judge them after it', async (t) => {
  const judged: AdmissionRequest[] = [];
  const label = (name: string): AdmissionPlugin => ({
    name,
    mutate: ({ object }) => {
      const labels = { ...object.metadata.labels, order: `${object.metadata.labels?.['order'] ?? ''}${name}` };
      return { ...object, metadata: { ...object.metadata, labels } };
    },
  });
  const judge: AdmissionPlugin = {
    name: 'judge',
    validate: (request) => {
      judged.push(request);
      const size = (request.object as KubeObject & { readonly spec?: { readonly size: number } })?.spec?.size ?? 0;
      if (size > 5) throw forbidden({ group: 'test.tsmoby.dev', plural: 'widgets' }, 'w', 'too big');
    },
  };
  await using server = await RawServer.open({ admission: [label('a'), judge, label('b')] });
  const made = await server.request('POST', WIDGETS, { body: widget });
  t.like(made.json, { metadata: { labels: { order: 'ab' } } });
  const { metadata } = made.json;
  const grown = await server.request('PUT', `${WIDGETS}/w`, { body: { ...widget, metadata, spec: { size: 6 } } });
  t.is(grown.status, 403);
  t.is(grown.json['message'], 'widgets.test.tsmoby.dev "w" is forbidden: too big');
  await server.request('DELETE', `${WIDGETS}/w`);
  const ours = judged.filter(({ attributes }) => attributes.resource === 'widgets');
  t.deepEqual(
    ours.map(({ operation }) => operation),
    ['CREATE', 'UPDATE', 'DELETE'],
  );
  t.truthy(ours[1]?.oldObject);
});

test('what a plugin makes of an object must be valid too', async (t) => {
  const spoil: AdmissionPlugin = {
    name: 'spoil',
    mutate: ({ object }) => ({ ...object, spec: { size: 'big' } }) as KubeObject,
  };
  await using server = await RawServer.open({ admission: [spoil] });
  t.is((await server.request('POST', WIDGETS, { body: widget })).status, 422);
});

test('every request that has a user is audited once, with what became of it', async (t) => {
  const events: AuditEvent[] = [];
  await using server = await RawServer.open({ audit: { record: (event) => events.push(event) } });
  await server.request('POST', WIDGETS, { body: widget, headers: { 'user-agent': 'me/1' } });
  await server.request('GET', `${WIDGETS}/none`);
  await server.request('GET', '/version');
  t.deepEqual(
    events.map(({ attributes: { user, verb, group, resource, namespace, name, path }, code }) => [
      user.name,
      verb,
      group,
      resource,
      namespace,
      name,
      path,
      code,
    ]),
    [
      ['tsmoby:admin', 'create', 'test.tsmoby.dev', 'widgets', 'default', '', WIDGETS, 201],
      ['tsmoby:admin', 'get', 'test.tsmoby.dev', 'widgets', 'default', 'none', `${WIDGETS}/none`, 404],
      ['tsmoby:admin', 'get', '', '', '', '', '/version', 200],
    ],
  );
  t.is(events[0]?.userAgent, 'me/1');
});

test('the field manager is the first word of the User-Agent, and nobody is called nothing', async (t) => {
  await using server = await RawServer.open();
  const managers = ['curl/8.5 (linux)', 'plain', '/', ''].map(async (agent, at) => {
    const body = { metadata: { name: `m${String(at)}` }, data: { a: 'b' } };
    const headers: Record<string, string> = agent === '' ? {} : { 'user-agent': agent };
    const { json } = await server.request('POST', '/api/v1/namespaces/default/configmaps', { body, headers });
    return (json as unknown as KubeObject).metadata.managedFields?.[0]?.manager;
  });
  t.deepEqual(await Promise.all(managers), ['curl', 'plain', 'unknown', 'unknown']);
});

test('a fault inside is a 500 that tells nothing, and a line in the log that tells all', async (t) => {
  const broken: AdmissionPlugin = {
    name: 'broken',
    mutate: ({ attributes, object }) => {
      if (attributes.resource === 'widgets') throw new Error('password=hunter2');
      return object;
    },
  };
  await using server = await RawServer.open({ admission: [broken] });
  const answer = await server.request('POST', WIDGETS, { body: widget });
  t.is(answer.status, 500);
  t.false(answer.text.includes('hunter2'));
  t.is(server.log.lines.length, 1);
  t.is(server.log.lines[0]?.message, 'request failed');
});
