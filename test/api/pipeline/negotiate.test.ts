import test from 'ava';
import { negotiate } from '../../../api/negotiate.ts';
import { StatusError } from '../../../api/status-error.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const PARTIAL = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const ROWS: readonly (readonly [header: string | undefined, where: 'resource' | 'discovery', expected: string])[] = [
  [undefined, 'resource', 'json object'],
  ['', 'resource', 'json object'],
  ['*/*', 'resource', 'json object'],
  ['application/yaml', 'resource', 'yaml object'],
  ['application/json;q=0.5, application/yaml', 'resource', 'yaml object'],
  ['application/vnd.kubernetes.protobuf,application/json', 'resource', 'json object'],
  [PROTOBUF, 'resource', 'protobuf object'],
  [`${PROTOBUF};stream=watch`, 'resource', 'protobuf object'],
  [`${PROTOBUF};${PARTIAL},application/json;${PARTIAL},application/json`, 'resource', 'json PartialObjectMetadata'],
  [`${PROTOBUF};${PARTIAL},application/json`, 'resource', 'protobuf PartialObjectMetadata'],
  [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,application/json`, 'resource', 'json object'],
  [`${TABLE},application/json`, 'resource', 'json Table'],
  [`application/json;as=Table;v=v9;g=meta.k8s.io,application/json`, 'resource', 'json object'],
  ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'resource', 'json PartialObjectMetadata'],
  [`${AGGREGATED},application/json`, 'discovery', 'json APIGroupDiscoveryList'],
  [`${AGGREGATED},application/json`, 'resource', 'json object'],
  [`${TABLE},application/json`, 'discovery', 'json object'],
];

test('the first thing a client asks for that can be met is what it gets', (t) => {
  for (const [header, where, expected] of ROWS) {
    const { encoding, transform } = negotiate(header, where);
    t.is(`${encoding} ${transform.as}`, expected, String(header));
  }
});

test('what cannot be met is not acceptable', (t) => {
  for (const header of [
    'text/html',
    'application/json;q=0',
    TABLE.replace('v1', 'v7'),
    `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io`,
  ]) {
    const error = t.throws(() => negotiate(header, 'resource'), { instanceOf: StatusError });
    t.is(error.status.code, 406, header);
  }
});
