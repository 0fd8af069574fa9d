import test from 'ava';
import { maskSecrets } from '../../../cli/plan/mask-secrets.ts';
import type { KubeObject } from '../../../schemas/object.ts';

const secret = (fields: object): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', uid: 'u' }, ...fields }) as unknown as KubeObject;

test('a Secret that would go, and one as its file has it, are shown without their values', (t) => {
  const [before, after] = maskSecrets(secret({ data: { a: 'aHVzaA==' } }), undefined);
  t.like(before, { data: { a: '***' } });
  t.is(after, undefined);
  const [none, made] = maskSecrets(undefined, secret({ stringData: { a: 'hush' }, data: { b: 'aHVzaA==' } }));
  t.is(none, undefined);
  t.like(made, { stringData: { a: '***' }, data: { b: '***' } });
});
