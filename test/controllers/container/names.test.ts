import test from 'ava';
import { imageSource, instanceId, specHash } from '../../../controllers/container/names.ts';
import { FIELD_CHANGES } from '../../schemas/values/container-field-changes.ts';
import { stored, UID } from './objects.ts';

test('what follows a changed ConfigMap is changed in place, and its content makes another instance only when it was told to', (t) => {
  const mount = { name: 'v', mountPath: '/v' };
  const plain = stored({ volumeMounts: [mount] });
  const acting = stored({ volumeMounts: [{ ...mount, onChange: { action: 'Recreate' } }] });
  t.is(specHash(acting), specHash(plain));
  t.not(specHash(acting, 'new content'), specHash(acting));
});

for (const [field, [value, expected]] of Object.entries(FIELD_CHANGES)) {
  // the digest stands for them
  const isImage = field === 'image' || field === 'imageFrom';
  const another = expected === 'another' && !isImage;
  test(`spec.${field}: ${another ? 'another instance' : isImage ? 'as its digest is' : 'in place'}`, (t) => {
    const same = specHash(stored()) === specHash(stored({ [field]: value }));
    t.is(same, !another);
  });
}

test('labels and annotations are no reason, but those that ask for a restart', (t) => {
  const hash = (metadata: Parameters<typeof stored>[1]) => specHash(stored({}, metadata));
  t.is(hash({}), hash({ labels: { a: 'b' }, annotations: { c: 'd' } }));
  t.not(hash({}), hash({ annotations: { 'tsmoby.dev/restartedAt': '1' } }));
  t.not(hash({}), hash({ annotations: { 'kubectl.kubernetes.io/restartedAt': '1' } }));
});

test('an instance is named by uid, spec and image', (t) => {
  const id = instanceId(stored(), 'h', 'sha256:a');
  t.true(id.startsWith(`${UID}-`));
  t.is(id, instanceId(stored(), 'h', 'sha256:a'));
  t.not(id, instanceId(stored(), 'i', 'sha256:a'));
  t.not(id, instanceId(stored(), 'h', 'sha256:b'));
});

test('an image’s source is its full reference, or the Image it comes from', (t) => {
  t.is(imageSource({ image: 'app:1' }), 'docker.io/library/app:1');
  t.is(imageSource({ imageFrom: { kind: 'Image', name: 'x' } }), 'Image/x');
});
