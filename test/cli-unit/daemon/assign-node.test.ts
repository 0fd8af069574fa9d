import test from 'ava';
import { readFileSync } from 'node:fs';
import { assignNode } from '../../../cli/daemon/assign-node.ts';
import { VERSION } from '../../../cli/version.ts';
import type { KubeObject } from '../../../schemas/object.ts';

const admit = (kind: string, spec: object, operation: 'CREATE' | 'UPDATE' = 'CREATE') => {
  const object = { apiVersion: 'tsmoby.dev/v1alpha1', kind, metadata: { name: 'a' }, spec } as unknown as KubeObject;
  const request = { attributes: {} as never, operation, object, dryRun: false };
  return assignNode('here').mutate?.(request) as KubeObject & { spec: { nodeName?: string } };
};

test('a placed object belongs to this machine from its creation', (t) => {
  t.is(admit('Container', { image: 'a' }).spec.nodeName, 'here');
});

test('an object that names a machine keeps it, and later writes change nothing', (t) => {
  t.is(admit('Container', { nodeName: 'there' }).spec.nodeName, 'there');
  t.is(admit('Container', {}, 'UPDATE').spec.nodeName, undefined);
});

test('kinds without a place get none', (t) => {
  t.is(admit('Image', {}).spec.nodeName, undefined);
});

test('the version is the one of package.json', (t) => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  t.is(VERSION, (JSON.parse(text) as { version: string }).version);
});
