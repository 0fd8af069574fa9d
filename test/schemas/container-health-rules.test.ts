/** The validation rules of probes, hooks and published addresses, as their users meet them. */
import test from 'ava';
import { container } from '../../schemas/definitions/container.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const structural = compileStructural(container.schema);
const issues = (spec: object): string[] =>
  structural
    .validate(structural.applyDefaults({ spec: { image: 'busybox', ...spec } }))
    .map(({ path, message }) => `${path}: ${message.replace(/^Invalid value: /, '')}`)
    .filter((issue) => !issue.includes('some validation rules were not checked'));

const http = (more: object): object => ({ livenessProbe: { httpGet: { port: 80, ...more } } });
const header = (value: string): object => http({ httpHeaders: [{ name: 'X', value }] });
const sleep = (seconds: number, more: object = {}): object => ({
  lifecycle: { preStop: { sleep: { seconds } } },
  ...more,
});
const published = (hostIP: string): object => ({ ports: [{ containerPort: 80, hostPort: 80, hostIP }] });

for (const [title, spec] of Object.entries({
  'ports by number and by name': { ...http({}), readinessProbe: { tcpSocket: { port: 'web' } } },
  'a header with a tab and Latin-1': header('a\tb é'),
  'a hook that sleeps through all of the time of grace': sleep(30),
  'an address of either family': {
    ports: ['10.0.0.1', 'fd00::1'].map((hostIP) => ({ containerPort: 80, hostPort: 80, hostIP })),
  },
})) {
  test(`accepted: ${title}`, (t) => t.deepEqual(issues(spec), []));
}

for (const [title, spec, expected] of [
  ['a probe of port 0', http({ port: 0 }), 'spec.livenessProbe.httpGet.port: 0: ports are 1 to 65535'],
  ['a probe of port 70000', http({ port: 70_000 }), 'spec.livenessProbe.httpGet.port: 70000: ports are 1 to 65535'],
  [
    'a hook that sleeps for longer than its time',
    sleep(31),
    'spec.lifecycle.preStop.sleep.seconds: it waits longer than terminationGracePeriodSeconds',
  ],
  [
    'a hook that sleeps for longer than a short time',
    sleep(6, { terminationGracePeriodSeconds: 5 }),
    'spec.lifecycle.preStop.sleep.seconds: it waits longer than terminationGracePeriodSeconds',
  ],
  ['a name for an address', published('dead.beef'), 'spec.ports[0].hostIP: "dead.beef": it is no address'],
  ['half an address', published('1.2.3'), 'spec.ports[0].hostIP: "1.2.3": it is no address'],
] as const) {
  test(`refused: ${title}`, (t) => t.deepEqual(issues(spec), [expected]));
}

test('refused: a header over two lines', (t) => {
  const [only = '', ...others] = issues(header('a\r\nHost: b'));
  t.regex(only, /^spec\.livenessProbe\.httpGet\.httpHeaders\[0\]\.value: .*should match/);
  t.deepEqual(others, []);
});
