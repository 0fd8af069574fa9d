/** Kinds in the styles of well-known projects: what they rely on, from definition to row. */
import test from 'ava';
import { applyMergePatch } from '../../../api/patch/merge-patch.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer } from '../../support/raw-http.ts';
import { certificate } from './styles/certificate.ts';
import { kustomization } from './styles/kustomization.ts';
import { route } from './styles/route.ts';
import type { Style } from './styles/style.ts';
import { establish, MERGE } from './world.ts';

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

const style = test.macro({
  async exec(t, { definition, good, defaulted, refused, changes, status, row }: Style) {
    await using server = await RawServer.open();
    await establish(server, definition);
    const { kind, plural } = (definition['spec'] as { names: { kind: string; plural: string } }).names;
    const path = `/apis/style.example.com/v1/namespaces/default/${plural}`;
    const named = (fields: JsonObject): JsonObject => ({
      apiVersion: 'style.example.com/v1',
      kind,
      metadata: { name: 'x' },
      ...fields,
    });
    for (const [patch, says] of refused) {
      const body = applyMergePatch(named(good), patch);
      const answer = await server.request('POST', path, { body });
      t.is(answer.status, 422, JSON.stringify(patch));
      t.regex(answer.json['message'] as string, says);
    }
    const made = await server.request('POST', `${path}?fieldValidation=Strict`, { body: named(good) });
    t.is(made.status, 201, made.text);
    t.deepEqual(made.json['spec'], applyMergePatch(good, defaulted)['spec']);
    for (const [body, says] of changes) {
      const answer = await server.request('PATCH', `${path}/x`, { headers: MERGE, body });
      t.is(answer.status, says === undefined ? 200 : 422, answer.text);
      if (says !== undefined) t.regex(answer.json['message'] as string, says);
    }
    const told = await server.request('PATCH', `${path}/x/status`, { headers: MERGE, body: { status } });
    t.is(told.status, 200, told.text);
    const table = await server.request('GET', path, { headers: TABLE });
    const [{ cells = [] } = {}] = table.json['rows'] as { readonly cells?: readonly unknown[] }[];
    const shown = cells.map((cell, at) => (row[at - 1] === '<age>' && /^\d+s$/.test(String(cell)) ? '<age>' : cell));
    t.deepEqual(shown, ['x', ...row]);
  },
  title: (_, { title }: Style) => `a kind with ${title}`,
});

for (const one of [certificate, kustomization, route]) test(style, one);

test('objects are found by the selectable fields of their kind', async (t) => {
  await using server = await RawServer.open();
  await establish(server, certificate.definition);
  const path = '/apis/style.example.com/v1/namespaces/default/certificates';
  for (const name of ['a', 'b']) {
    const spec = { secretName: name, issuerRef: { name: `of-${name}` } };
    await server.request('POST', path, {
      body: { apiVersion: 'style.example.com/v1', kind: 'Certificate', metadata: { name }, spec },
    });
  }
  const found = async (selector: string): Promise<readonly string[] | number> => {
    const { status, json } = await server.request('GET', `${path}?fieldSelector=${encodeURIComponent(selector)}`);
    if (status !== 200) return status;
    return (json['items'] as { readonly metadata: { readonly name: string } }[]).map(({ metadata }) => metadata.name);
  };
  t.deepEqual(await found('spec.issuerRef.name=of-b'), ['b']);
  t.deepEqual(await found('spec.issuerRef.kind=Issuer,spec.issuerRef.name!=of-b'), ['a']);
  t.is(await found('spec.secretName=a'), 400);
});
