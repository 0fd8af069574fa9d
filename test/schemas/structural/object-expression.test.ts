import test from 'ava';
import { compileObjectExpression } from '../../../schemas/structural/rules/object-expression.ts';
import { SchemaError } from '../../../schemas/structural/schema-error.ts';
import type { KubeObject } from '../../../schemas/object.ts';

const object = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { replicas: 3, ratio: 0.5 },
  status: { readyReplicas: 3, conditions: [{ type: 'Ready', status: 'True' }] },
} as KubeObject;

const holds = (expression: string): boolean => compileObjectExpression(expression, 'expression')(object);

test('an expression knows the object with the names and types that it has in JSON', (t) => {
  t.true(holds('object.status.readyReplicas == object.spec.replicas'));
  t.true(holds("object.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')"));
  t.true(holds("object.metadata.name.matches('^[a-z]$') && object.spec.ratio < 1.0"));
  t.false(holds('has(object.status.phase)'));
  t.true(holds('!has(object.other) || object.other == 1'));
});

test('what is an error while it runs is thrown; what is no CEL, or no bool, when it is compiled', (t) => {
  t.throws(() => holds('object.status.missing == 1'));
  t.throws(() => compileObjectExpression('object.', 'x'), { instanceOf: SchemaError });
  t.throws(() => compileObjectExpression("'text'", 'x'), { instanceOf: SchemaError, message: /must give bool/ });
  t.throws(() => compileObjectExpression('self.a', 'x'), { instanceOf: SchemaError });
});
