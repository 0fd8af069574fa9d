import test from 'ava';
import { decodeSpec, encodeSpec } from '../../../runtime/containerd/containers/record-spec.ts';

test('numbers beyond 2^53 keep their digits', (t) => {
  const text =
    '{"process":{"rlimits":[{"type":"RLIMIT_CORE","hard":18446744073709551615,"soft":1.5}]},"linux":{"x":-9223372036854775808}}';
  t.is(Buffer.from(encodeSpec(decodeSpec(Buffer.from(text)))).toString(), text);
});

test('foreign keys stay what they are', (t) => {
  const text = '{"annotations":{"__proto__":"x","constructor":"y"},"linux":{"cgroupsPath":"/a"}}';
  const spec = decodeSpec(Buffer.from(text));
  t.is(spec.linux?.cgroupsPath, '/a');
  t.is(Buffer.from(encodeSpec(spec)).toString(), text);
});
