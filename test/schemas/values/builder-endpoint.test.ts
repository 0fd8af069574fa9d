import test from 'ava';
import {
  builderEndpoint,
  BuilderEndpointError,
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

test('certificates come out of the Secret, and only to TCP', (t) => {
  const data = { 'ca.crt': base64(CA), 'tls.crt': base64(CERT), 'tls.key': base64(KEY) };
  t.deepEqual(builderEndpoint('tcp://host:1', { data, serverName: 'b' }), {
    type: 'tcp',
    host: 'host',
    port: 1,
    tls: { ca: CA, cert: CERT, key: KEY, serverName: 'b' },
  });
  t.deepEqual(builderEndpoint('tcp://host:1', { data: { 'ca.crt': base64(CA) } }), {
    type: 'tcp',
    host: 'host',
    port: 1,
    tls: { ca: CA },
  });
  t.deepEqual(builderEndpoint('unix:///x', { data }), { type: 'unix', path: '/x' });
});

test('a Secret without what is needed is refused, and nothing of it is told', (t) => {
  const refusal = (data: Record<string, string>): string =>
    t.throws(() => builderEndpoint('tcp://host:1', { data }), { instanceOf: BuilderEndpointError })?.message ?? '';
  t.is(refusal({}), 'it has no key ca.crt');
  t.is(refusal({ 'ca.crt': base64('secret') }), 'its key ca.crt holds no PEM');
  t.is(refusal({ 'ca.crt': base64(CA), 'tls.crt': base64(CERT) }), 'it has tls.crt, and not the other half');
});
