/** What a Builder may ask for, as the person who writes one meets it. */
import test from 'ava';
import { builder } from '../../schemas/definitions/builder.ts';
import type { JsonValue } from '../../schemas/object.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const refused = test.macro({
  exec(t, spec: object, ...expected: readonly string[]) {
    const structural = compileStructural(builder.schema);
    const object = structural.applyDefaults({ spec: spec as Record<string, JsonValue> });
    t.deepEqual(
      structural.validate(object).map(({ path, message }) => `${path}: ${message}`),
      expected,
    );
  },
  title: (name) => `a builder: ${name ?? ''}`,
});

test('nothing at all', refused, {});
test('an endpoint', refused, { endpoint: 'unix:///run/buildkit/buildkitd.sock' });
test('one that tsmoby runs', refused, { managed: true, idleTimeout: '0' });
test(
  'there, and run by tsmoby',
  refused,
  { managed: true, endpoint: 'docker:///var/run/docker.sock' },
  'spec.endpoint: Invalid value: give endpoint or managed, not both',
);
test(
  'certificates for a socket',
  refused,
  { endpoint: 'unix:///x', tls: { secretRef: { name: 'x' } } },
  'spec.tls: Invalid value: tls is for a tcp endpoint',
);
test('a policy with a bound', refused, { prunePolicy: { keepStorage: '10Gi' } });
test(
  'a policy that would keep nothing',
  refused,
  { prunePolicy: {} },
  'spec.prunePolicy: Invalid value: give keepStorage, keepDuration, or both: without them all of the cache would go',
);
