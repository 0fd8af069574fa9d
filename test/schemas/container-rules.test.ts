/** What Containers are refused for, as their users meet it: signals and what follows from changes. */
import { constants } from 'node:os';
import test from 'ava';
import { signalNumber } from '../../controllers/container/signals.ts';
import { container } from '../../schemas/definitions/container.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const structural = compileStructural(container.schema);
const withDefaults = (spec: object) => structural.applyDefaults({ spec: { image: 'app:1', ...spec } });
const issues = (spec: object, old?: object): string[] =>
  structural
    .validate(withDefaults(spec), old && withDefaults(old))
    .map(({ path, message }) => `${path}: ${message.replace(/^Invalid value: /, '')}`);

const stopSignal = (signal: string): object => ({ lifecycle: { stopSignal: signal } });
const onChangeSignal = (signal: string): object => ({
  volumes: [{ name: 'site', configMap: { name: 'site' } }],
  volumeMounts: [{ name: 'site', mountPath: '/site', onChange: { action: 'Signal', signal } }],
});

const numbers = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
const NAMES = [
  ...Object.keys(constants.signals),
  'SIGRTMIN',
  'SIGRTMAX',
  ...numbers(0, 30).flatMap((n) => [`SIGRTMIN+${n}`, `SIGRTMAX-${n}`]),
];
const SIGNALS = [...NAMES, ...NAMES.map((name) => name.slice(3)), ...numbers(1, 64)];

for (const [where, path, spec] of [
  ['stopSignal', 'spec.lifecycle.stopSignal', stopSignal],
  ['onChange', 'spec.volumeMounts[0].onChange.signal', onChangeSignal],
] as const) {
  test(`${where}: every signal of Linux may be asked for, and means one to us`, (t) => {
    for (const signal of SIGNALS) {
      t.deepEqual(issues(spec(signal)), [], signal);
      t.not(signalNumber(signal), undefined, signal);
    }
  });

  for (const typo of [
    'SIGQIUT',
    'QUITT',
    '0',
    '65',
    '999',
    '015',
    'RTMIN+31',
    'RTMIN-1',
    'RTMAX+1',
    'SIG15',
    'SIG',
    '',
  ]) {
    test(`${where}: ${JSON.stringify(typo)} is refused`, (t) => {
      const [issue, ...more] = issues(spec(typo));
      t.deepEqual(more, []);
      t.true(issue?.startsWith(`${path}: `), issue);
    });
  }

  test(`${where}: an object with a wrong one from before can be changed in other ways`, (t) => {
    t.deepEqual(issues({ ...spec('SIGNONE'), stdinOnce: true }, spec('SIGNONE')), []);
  });
}

const ACTIONS = [
  {},
  { action: 'None' },
  { action: 'Signal' },
  { action: 'Exec', exec: { command: ['x'] } },
  { action: 'Restart' },
  { action: 'Recreate' },
];
const mounted = (volume: object, mount: object): object => ({
  volumes: [
    { name: 'v', ...volume },
    { name: 'other', secret: { secretName: 's' } },
  ],
  volumeMounts: [
    { name: 'other', mountPath: '/other', onChange: { action: 'Restart' } },
    { name: 'v', mountPath: '/v', ...mount },
  ],
});

test('onChange: of ConfigMaps and Secrets every action', (t) => {
  for (const volume of [{ configMap: { name: 'c' } }, { secret: { secretName: 's' } }]) {
    for (const onChange of ACTIONS) t.deepEqual(issues(mounted(volume, { onChange })), []);
  }
});

for (const volume of [{ emptyDir: {} }, { hostPath: { path: '/x' } }, { volume: { name: 'x' } }]) {
  test(`onChange: of ${Object.keys(volume).join('')} none, for it would never act`, (t) => {
    const [absent, none, ...others] = ACTIONS;
    for (const onChange of [absent, none]) t.deepEqual(issues(mounted(volume, { onChange })), []);
    for (const onChange of others) {
      t.deepEqual(issues(mounted(volume, { onChange })), [
        'spec.volumeMounts: onChange needs a configMap or secret volume',
      ]);
    }
  });
}

test('onChange: with a subPath, whose file stays the old one, nobody is told of a new one', (t) => {
  const refused = ACTIONS.filter(
    (onChange) => issues(mounted({ configMap: { name: 'c' } }, { subPath: 'a', onChange })).length > 0,
  );
  t.deepEqual(
    refused.map(({ action }) => action),
    ['Signal', 'Exec'],
  );
  t.deepEqual(issues(mounted({ configMap: { name: 'c' } }, { subPath: 'a', onChange: { action: 'Signal' } })), [
    'spec.volumeMounts[1].onChange: with a subPath, which does not follow changes, only None, Restart and Recreate are of use',
  ]);
  t.deepEqual(issues(mounted({ configMap: { name: 'c' } }, { subPath: '', onChange: { action: 'Signal' } })), []);
});

test('onChange: a spec with as many volumes and mounts as there may be is checked within the budget', (t) => {
  const names = numbers(1, 200).map((n) => `v${n}`);
  const full = (source: object): object => ({
    volumes: names.map((name) => ({ name, ...source })),
    volumeMounts: names.map((name) => ({ name, mountPath: `/${name}`, onChange: { action: 'Restart' } })),
  });
  t.deepEqual(issues(full({ configMap: { name: 'c' } })), []);
  t.deepEqual(issues(full({ emptyDir: {} })), ['spec.volumeMounts: onChange needs a configMap or secret volume']);
});
