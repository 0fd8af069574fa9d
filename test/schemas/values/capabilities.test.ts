import test from 'ava';
import { allCapabilities, defaultCapabilities, resolveCapabilities } from '../../../schemas/values/capabilities.ts';

test('without changes the default set of fourteen is held', (t) => {
  t.is(defaultCapabilities().length, 14);
  t.deepEqual(resolveCapabilities(), { capabilities: defaultCapabilities(), unknown: [] });
});

test('names are taken with and without CAP_, in any case', (t) => {
  t.deepEqual(resolveCapabilities(['net_admin', 'CAP_SYS_TIME'], ['ALL']).capabilities, [
    'CAP_NET_ADMIN',
    'CAP_SYS_TIME',
  ]);
});

test('drop ALL leaves what is added', (t) => {
  t.deepEqual(resolveCapabilities([], ['all']).capabilities, []);
  t.deepEqual(resolveCapabilities(['KILL'], ['ALL', 'KILL']).capabilities, ['CAP_KILL']);
});

test('add ALL minus some', (t) => {
  const { capabilities } = resolveCapabilities(['ALL'], ['SYS_ADMIN']);
  t.is(capabilities.length, allCapabilities().length - 1);
  t.false(capabilities.includes('CAP_SYS_ADMIN'));
});

test('a name that no kernel knows is told, as it was written', (t) => {
  t.deepEqual(resolveCapabilities(['FLY', 'KILL'], ['CAP_SWIM', 'FLY']).unknown, ['FLY', 'CAP_SWIM']);
});
