/** The validation rules of our own kinds, as their users meet them. */
import test from 'ava';
import { container } from '../../schemas/definitions/container.ts';
import { image } from '../../schemas/definitions/image.ts';
import { volume } from '../../schemas/definitions/volume.ts';
import type { JsonValue } from '../../schemas/object.ts';
import type { StructuralSchema } from '../../schemas/structural/schema.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const containerBase = { image: 'busybox' };

const ours = test.macro({
  exec(t, schema: StructuralSchema, spec: object, old: object | undefined, ...expected: readonly string[]) {
    const structural = compileStructural(schema);
    const object = (spec: object) => structural.applyDefaults({ spec: spec as Record<string, JsonValue> });
    t.deepEqual(
      structural.validate(object(spec), old && object(old)).map(({ path, message }) => `${path}: ${message}`),
      expected,
    );
  },
  title: (name) => `our rules: ${name ?? ''}`,
});

test('a container with an image', ours, container.schema, containerBase, undefined);
test(
  'a container without one',
  ours,
  container.schema,
  {},
  undefined,
  'spec.image: Required value: give image or imageFrom, and not both',
);
test(
  'a container moves to no other machine',
  ours,
  container.schema,
  { ...containerBase, nodeName: 'b' },
  { ...containerBase, nodeName: 'a' },
  'spec.nodeName: Forbidden: nodeName is fixed once it is set',
);
test('a container is claimed', ours, container.schema, { ...containerBase, nodeName: 'a' }, containerBase);
test(
  'a variable with two sources',
  ours,
  container.schema,
  { ...containerBase, env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
  undefined,
  'spec.env[0]: Invalid value: give value or valueFrom, not both',
);
test(
  'a mount of an unknown volume',
  ours,
  container.schema,
  { ...containerBase, volumeMounts: [{ name: 'v', mountPath: '/x' }] },
  undefined,
  'spec.volumeMounts: Invalid value: every volumeMounts[].name needs an entry in volumes',
);
test(
  'a subPath that climbs',
  ours,
  container.schema,
  {
    ...containerBase,
    volumes: [{ name: 'v', emptyDir: {} }],
    volumeMounts: [{ name: 'v', mountPath: '/x', subPath: 'a/../..' }],
  },
  undefined,
  'spec.volumeMounts[0].subPath: Invalid value: subPath is relative and has no ..',
);
test(
  'a volume source that is two',
  ours,
  container.schema,
  { ...containerBase, volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] },
  undefined,
  'spec.volumes[0]: Invalid value: give exactly one of volume, emptyDir, hostPath, configMap and secret',
);
test('an empty volume', ours, volume.schema, {}, undefined);
test(
  'a volume that changes its kind',
  ours,
  volume.schema,
  { tmpfs: {} },
  {},
  'spec: Forbidden: the kind of storage is fixed: make another Volume',
);
test(
  'an image from nowhere',
  ours,
  image.schema,
  {},
  undefined,
  'spec.reference: Required value: give a registry reference or an archive',
);
