import test from 'ava';
import { containerSpec } from '../../../schemas/definitions/container-spec.ts';
import { changedFields, IN_PLACE_FIELDS } from '../../../schemas/values/container-change.ts';
import { FIELD_CHANGES } from './container-field-changes.ts';

const fields = Object.keys(containerSpec.properties ?? {}).toSorted();

test('every field of the schema has a row that says what its change does', (t) => {
  t.deepEqual(Object.keys(FIELD_CHANGES).toSorted(), fields);
});

test('every field that changes in place is one of the schema', (t) => {
  t.deepEqual(
    [...IN_PLACE_FIELDS].filter((name) => !fields.includes(name)),
    [],
  );
});

for (const [field, [value, expected]] of Object.entries(FIELD_CHANGES)) {
  test(`spec.${field}: ${expected === 'another' ? 'another instance' : 'in place'}`, (t) => {
    const before = { image: 'app:1' };
    const change =
      expected === 'another' ? { inPlace: [], replacement: [field] } : { inPlace: [field], replacement: [] };
    t.deepEqual(changedFields(before, { ...before, [field]: value }), change);
    t.deepEqual(changedFields({ ...before, [field]: value }, before), change);
  });
}

test('a field is named once, sorted, and only when its value differs', (t) => {
  const before = { image: 'a', env: [{ name: 'A', value: '1' }], tty: true, init: true };
  const after = { tty: false, image: 'a', env: [{ value: '1', name: 'A' }], resources: {}, args: ['x'] };
  t.deepEqual(changedFields(before, after), { inPlace: ['resources'], replacement: ['args', 'init', 'tty'] });
  t.deepEqual(changedFields(before, before), { inPlace: [], replacement: [] });
});

test('what follows a change of mounted files is changed in place, and the mount itself is not', (t) => {
  const mount = { name: 'v', mountPath: '/v' };
  const before = { volumeMounts: [mount] };
  const following = [{ ...mount, onChange: { action: 'Signal' as const } }];
  t.deepEqual(changedFields(before, { volumeMounts: following }), { inPlace: ['volumeMounts'], replacement: [] });
  const moved = [{ ...mount, mountPath: '/w', onChange: { action: 'Signal' as const } }];
  t.deepEqual(changedFields(before, { volumeMounts: moved }), { inPlace: [], replacement: ['volumeMounts'] });
});
