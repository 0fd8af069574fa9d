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
