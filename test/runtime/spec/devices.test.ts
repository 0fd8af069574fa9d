import test from 'ava';
import { readHostDevices } from '../../../runtime/containerd/spec/devices.ts';

test('device nodes come with type and numbers, without the directories a container has itself', (t) => {
  const devices = readHostDevices();
  const zero = devices.find((device) => device.path === '/dev/zero');
  t.is(zero?.type, 'c');
  t.is(zero?.major, 1);
  t.is(zero?.minor, 5);
  t.deepEqual(
    devices.filter((device) => device.path.startsWith('/dev/pts/')),
    [],
  );
});

test('one device alone, and what is none', (t) => {
  t.like(readHostDevices('/dev/null')[0], { path: '/dev/null', major: 1, minor: 3 });
  t.deepEqual(readHostDevices(import.meta.filename), []);
  t.deepEqual(readHostDevices('/dev/nowhere'), []);
});

test('a directory without devices has none', (t) => {
  t.deepEqual(readHostDevices(import.meta.dirname), []);
});
