import test from 'ava';
import {
  BuilderEndpointError,
  endpointOfBuilder,
  formatBuilderEndpoint,
  parseBuilderEndpoint,
} from '../../../schemas/values/builder-endpoint.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const CA = '-----BEGIN CERTIFICATE-----\nca';
const CERT = '-----BEGIN CERTIFICATE-----\ncert';
const KEY = '-----BEGIN PRIVATE KEY-----\nkey';

test('an endpoint is read, and written as it was', (t) => {
  const rows = [
    ['unix:///run/buildkit/buildkitd.sock', { type: 'unix', path: '/run/buildkit/buildkitd.sock' }],
    ['docker:///var/run/docker.sock', { type: 'docker', path: '/var/run/docker.sock' }],
    ['tcp://builds.example.com:1234', { type: 'tcp', host: 'builds.example.com', port: 1234 }],
    ['tcp://[fd00::1]:8', { type: 'tcp', host: 'fd00::1', port: 8 }],
  ] as const;
  for (const [url, endpoint] of rows) {
    t.deepEqual(parseBuilderEndpoint(url), endpoint);
    t.is(formatBuilderEndpoint(endpoint), url);
  }
});

test('what is no endpoint is refused with an example of one', (t) => {
  for (const url of [
    '',
    'unix://run/x.sock',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:65536',
    'tcp://a:b:1',
    'tcp://host:1/x',
    'http://host:1',
    'unix:///a\0b',
  ]) {
    t.throws(() => parseBuilderEndpoint(url), { instanceOf: BuilderEndpointError, message: /write unix:\/\// }, url);
  }
});

const SECRET_REF = { secretRef: { name: 'tls' } };
const far = (data?: Record<string, string>, serverName?: string) =>
  endpointOfBuilder(
    { spec: { tls: { ...SECRET_REF, ...(serverName === undefined ? {} : { serverName }) } } },
    'tcp://host:1',
    (name) => (name === 'tls' && data !== undefined ? { data } : undefined),
  );

test('certificates come out of the Secret, and only to TCP', (t) => {
  const data = { 'ca.crt': base64(CA), 'tls.crt': base64(CERT), 'tls.key': base64(KEY) };
  const place = { type: 'tcp', host: 'host', port: 1 } as const;
  t.deepEqual(far(data, 'b'), { ...place, tls: { ca: CA, cert: CERT, key: KEY, serverName: 'b' } });
  t.deepEqual(far({ 'ca.crt': base64(CA) }), { ...place, tls: { ca: CA } });
  const nobody = (): never => t.fail();
  t.deepEqual(endpointOfBuilder({ spec: { tls: SECRET_REF } }, 'unix:///x', nobody), { type: 'unix', path: '/x' });
  t.deepEqual(endpointOfBuilder({ spec: {} }, 'tcp://host:1', nobody), place);
});

test('a Secret without what is needed is refused, and nothing of it is told', (t) => {
  const refusal = (data?: Record<string, string>): readonly (string | undefined)[] => {
    const error = t.throws(() => far(data), { instanceOf: BuilderEndpointError });
    return [error?.fault, error?.message];
  };
  const where = 'Secret tsmoby-system/tls';
  t.deepEqual(refusal(), ['SecretNotFound', `${where} is not there: its ca.crt is needed`]);
  t.deepEqual(refusal({}), ['Secret', `${where}: it has no key ca.crt`]);
  t.deepEqual(refusal({ 'ca.crt': base64('secret') }), ['Secret', `${where}: its key ca.crt holds no PEM`]);
  const half = { 'ca.crt': base64(CA), 'tls.crt': base64(CERT) };
  t.deepEqual(refusal(half), ['Secret', `${where}: it has tls.crt, and not the other half`]);
});
