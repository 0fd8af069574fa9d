import test from 'ava';
import { gapCause } from '../../../schemas/values/start-first.ts';

type Spec = Parameters<typeof gapCause>[0];

const ROWS: readonly (readonly [title: string, after: Spec, before: Spec, cause: string | undefined])[] = [
  ['a network of its own and no wanted end let two be beside each other', {}, {}, undefined],
  ['saying so changes nothing', { restartPolicy: 'Always', hostNetwork: false }, { hostNetwork: false }, undefined],
  ['a process that may end is alone', { restartPolicy: 'OnFailure' }, {}, 'restartPolicy is OnFailure'],
  ['the network of the machine is there once', { hostNetwork: true }, {}, 'hostNetwork is set'],
  ['without a network nothing can lead to one of two', { networkMode: 'none' }, {}, 'networkMode is none'],
  ['what serves counts as well', {}, { networkMode: 'none' }, 'until now networkMode is none'],
  ['how the former one would have ended does not count', {}, { restartPolicy: 'Never' }, undefined],
];

for (const [title, after, before, cause] of ROWS)
  test(title, (t) => {
    t.is(gapCause(after, before), cause);
  });
