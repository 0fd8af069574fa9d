import test from 'ava';
import { KINDS } from '../../schemas/kinds.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { fieldReaders } from '../../schemas/selectable-fields.ts';

const metadata = { name: 'n', namespace: 's', uid: 'u', resourceVersion: '1', creationTimestamp: '' };

test('every kind is selected by name and namespace', (t) => {
  for (const kind of KINDS) {
    const readers = fieldReaders(kind);
    t.is(readers.get('metadata.name')?.({ apiVersion: 'v1', kind: kind.kind, metadata }), 'n');
    t.is(readers.get('metadata.namespace')?.({ apiVersion: 'v1', kind: kind.kind, metadata }), 's');
    t.is(readers.size, kind.selectableFields.length + 2);
  }
});

test("an Event is selected by its object's fields and by who saw it", (t) => {
  const event = KINDS.find((kind) => kind.kind === 'Event');
  const readers = fieldReaders(event ?? { selectableFields: [] });
  const object = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: { kind: 'Container', uid: '7' },
    reportingComponent: 'engine',
  } as KubeObject;
  t.is(readers.get('involvedObject.kind')?.(object), 'Container');
  t.is(readers.get('involvedObject.name')?.(object), '');
  t.is(readers.get('source')?.(object), 'engine');
});

test('a selectable field may have the name of an inherited property', (t) => {
  const readers = fieldReaders({ selectableFields: ['constructor', '.spec.n'], computedFields: {} });
  t.is(readers.get('constructor')?.({ apiVersion: 'v1', kind: 'X', metadata }), '');
  t.is(readers.get('spec.n')?.({ apiVersion: 'v1', kind: 'X', metadata, spec: { n: 3 } } as KubeObject), '3');
});
