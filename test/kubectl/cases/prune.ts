/** `kubectl apply --prune` and ApplySets. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: web}}\n`;
const both = `${configMap('a')}---\n${configMap('b')}`;
const prune = 'apply --prune -l app=web --prune-allowlist=core/v1/ConfigMap -n %NS% -f -';
const applySet = { KUBECTL_APPLYSET: 'true' };

export const pruneCases: readonly Case[] = [
  {
    title: '--prune deletes what was applied before and is not in the set',
    steps: [
      { kubectl: prune, input: both, out: 'configmap/a created\nconfigmap/b created' },
      { kubectl: prune, input: configMap('a'), out: 'configmap/a unchanged\nconfigmap/b pruned' },
      { kubectl: 'get cm -l app=web -o name', out: 'configmap/a' },
    ],
  },
  {
    title: '--prune leaves alone what was never applied',
    given: configMap('made'),
    steps: [
      { kubectl: prune, input: configMap('a'), out: 'configmap/a created' },
      { kubectl: 'get cm -l app=web -o name', out: 'configmap/a\nconfigmap/made' },
    ],
  },
  {
    title: '--prune with a dry run only says so',
    steps: [
      { kubectl: prune, input: both, out: /created/ },
      {
        kubectl: `${prune} --dry-run=server`,
        input: configMap('a'),
        out: 'configmap/a unchanged (server dry run)\nconfigmap/b pruned (server dry run)',
      },
      { kubectl: 'get cm -l app=web -o name', out: 'configmap/a\nconfigmap/b' },
    ],
  },
  {
    title: '--prune without a selector is refused',
    steps: [
      {
        kubectl: 'apply --prune -f -',
        input: configMap('a'),
        exit: 1,
        err: /all resources selected for prune without explicitly passing --all/,
      },
    ],
  },
  {
    title: 'an ApplySet in a Secret prunes what left it',
    steps: [
      {
        kubectl: 'apply -n %NS% --prune --applyset=set -f -',
        env: applySet,
        input: both,
        out: 'configmap/a created\nconfigmap/b created',
      },
      {
        kubectl: 'get secret set -o json',
        json: {
          metadata: {
            labels: { 'applyset.kubernetes.io/id': /^applyset-/ },
            annotations: {
              'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap',
              'applyset.kubernetes.io/tooling': /^kubectl\/v1/,
            },
          },
        },
      },
      {
        kubectl: 'get cm a -o json',
        json: { metadata: { labels: { 'applyset.kubernetes.io/part-of': /^applyset-/ } } },
      },
      {
        kubectl: 'apply -n %NS% --prune --applyset=set -f -',
        env: applySet,
        input: configMap('b'),
        out: 'configmap/b unchanged\nconfigmap/a pruned',
      },
      { kubectl: 'get cm -l app=web -o name', out: 'configmap/b' },
    ],
  },
  {
    title: 'an ApplySet with server-side apply, in a ConfigMap',
    steps: [
      {
        kubectl: 'apply -n %NS% --server-side --prune --applyset=configmap/set -f -',
        env: applySet,
        input: both,
        out: 'configmap/a serverside-applied\nconfigmap/b serverside-applied',
      },
      {
        kubectl: 'apply -n %NS% --server-side --prune --applyset=configmap/set -f -',
        env: applySet,
        input: configMap('a'),
        out: 'configmap/a serverside-applied\nconfigmap/b pruned',
      },
      { kubectl: 'get cm -l app=web -o name', out: 'configmap/a' },
    ],
  },
  {
    title: 'an ApplySet in an object of another kind needs marks on both that say so',
    definitions: widgets,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: set}\nspec: {size: 1}\n',
    steps: [
      {
        kubectl: 'apply -n %NS% --prune --applyset=widgets.%GROUP%/set -f -',
        env: applySet,
        input: both,
        exit: 1,
        err: /Resource=widgets" is not permitted as an ApplySet parent/,
      },
      { kubectl: 'label crd widgets.%GROUP% applyset.kubernetes.io/is-parent-type=true', out: /labeled/ },
      {
        kubectl: 'apply -n %NS% --prune --applyset=widgets.%GROUP%/set -f -',
        env: applySet,
        input: both,
        exit: 1,
        err: /already exists and is missing required annotation "applyset\.kubernetes\.io\/tooling"/,
      },
      { kubectl: 'get cm -l app=web -o name', out: '' },
    ],
  },
];
