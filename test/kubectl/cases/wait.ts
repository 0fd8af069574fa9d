/** `kubectl wait`. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';
import { watching } from './watching.ts';

const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {app: web}}\n';
const widget = 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 1}\n';
const ready = (status: string): string =>
  `patch widgets.%GROUP% a --type=merge --subresource=status -p '{"status":{"conditions":[{"type":"Ready","status":"${status}"}]}}'`;

/** Before it, kubectl may tell of the watch that it has just left. */
const gaveUp = /^error: timed out waiting for the condition on secrets\/a\n$/m;

export const waitCases: readonly Case[] = [
  {
    title: 'for a condition that is met ends at once',
    definitions: widgets,
    given: widget,
    steps: [
      { kubectl: ready('True'), out: /patched/ },
      { kubectl: 'wait widgets.%GROUP%/a --for=condition=Ready --timeout=20s', out: 'widget.%GROUP%/a condition met' },
      {
        kubectl: 'wait widgets.%GROUP%/a --for=condition=ready=true --timeout=20s',
        out: 'widget.%GROUP%/a condition met',
      },
    ],
  },
  {
    title: 'for a condition ends when it becomes so',
    definitions: widgets,
    given: widget,
    steps: [
      { kubectl: ready('False'), out: /patched/ },
      {
        kubectl: 'wait widgets.%GROUP%/a --for=condition=Ready --timeout=30s -v=6',
        ...watching,
        meanwhile: [{ kubectl: ready('True'), out: /patched/ }],
        out: 'widget.%GROUP%/a condition met',
      },
    ],
  },
  {
    title: 'for a condition with a value of its own',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: 'wait widgets.%GROUP%/a --for=condition=Ready=Unknown --timeout=30s -v=6',
        ...watching,
        meanwhile: [{ kubectl: ready('Unknown'), out: /patched/ }],
        out: 'widget.%GROUP%/a condition met',
      },
    ],
  },
  {
    title: 'for a condition of a CustomResourceDefinition',
    definitions: widgets,
    steps: [
      {
        kubectl: 'wait crd/widgets.%GROUP% --for=condition=Established --timeout=20s',
        out: 'customresourcedefinition.apiextensions.k8s.io/widgets.%GROUP% condition met',
      },
    ],
  },
  {
    title: 'for a field to have a value',
    given: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {colour: red}\n',
    steps: [
      { kubectl: 'wait cm/a --for=jsonpath={.data.colour}=red --timeout=20s', out: 'configmap/a condition met' },
      {
        kubectl: "wait cm/a --for=jsonpath='{.data.colour}'=blue --timeout=30s -v=6",
        ...watching,
        meanwhile: [{ kubectl: `patch cm a -p '{"data":{"colour":"blue"}}'`, out: /patched/ }],
        out: 'configmap/a condition met',
      },
    ],
  },
  {
    title: 'for a field to be there',
    given: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    steps: [
      {
        kubectl: "wait cm/a --for=jsonpath='{.data.colour}' --timeout=30s -v=6",
        ...watching,
        meanwhile: [{ kubectl: `patch cm a -p '{"data":{"colour":"blue"}}'`, out: /patched/ }],
        out: 'configmap/a condition met',
      },
    ],
  },
  {
    title: 'for a field of a namespace that has it already',
    steps: [
      {
        kubectl: "wait ns/%NS% --for=jsonpath='{.status.phase}'=Active --timeout=20s",
        out: 'namespace/%NS% condition met',
      },
    ],
  },
  {
    title: '--for=delete ends when the object is gone',
    given: secret,
    steps: [
      {
        kubectl: 'wait secret/a --for=delete --timeout=30s -v=6',
        ...watching,
        meanwhile: [{ kubectl: 'delete secret a', out: /deleted/ }],
        out: 'secret/a condition met',
      },
    ],
  },
  {
    title: '--for=delete of what is not there ends at once',
    steps: [{ kubectl: 'wait secret/nope --for=delete --timeout=20s', out: '' }],
  },
  {
    title: '--for=create ends when the object is there',
    steps: [
      {
        kubectl: 'wait secret/a --for=create --timeout=30s -v=6',
        ready: /\/secrets\/a\b.*\b404 Not Found/,
        err: /404 Not Found/,
        meanwhile: [{ kubectl: 'create -f -', input: secret, out: 'secret/a created' }],
        out: 'secret/a condition met',
      },
    ],
  },
  {
    title: 'gives up after --timeout, exit code 1',
    given: secret,
    steps: [
      {
        kubectl: 'wait secret/a --for=delete --timeout=1s',
        exit: 1,
        err: gaveUp,
      },
      {
        kubectl: 'wait secret/a --for=condition=Ready --timeout=1s',
        exit: 1,
        err: gaveUp,
      },
      {
        kubectl: 'wait secret/a --for=jsonpath={.type}=other --timeout=1s',
        exit: 1,
        err: gaveUp,
      },
    ],
  },
  {
    title: 'for several things waits for all of them',
    definitions: widgets,
    given: widget,
    steps: [
      { kubectl: ready('True'), out: /patched/ },
      {
        kubectl: 'wait widgets.%GROUP%/a --for=condition=Ready --for=jsonpath={.spec.size}=1 --timeout=20s',
        out: /^(widget\.%GROUP%\/a condition met\n)+$/,
      },
    ],
  },
  {
    title: 'of what is not there is NotFound',
    steps: [
      {
        kubectl: 'wait secret/nope --for=condition=Ready --timeout=5s',
        exit: 1,
        err: 'Error from server (NotFound): secrets "nope" not found',
      },
    ],
  },
  {
    title: '-l and --all wait for each',
    given: `${secret}---\n${secret.replace('name: a', 'name: b')}`,
    steps: [
      {
        kubectl: 'wait secret -l app=web --for=jsonpath={.type}=Opaque --timeout=20s',
        out: 'secret/a condition met\nsecret/b condition met',
      },
      {
        kubectl: 'wait secret --all --for=jsonpath={.type}=Opaque --timeout=20s',
        out: 'secret/a condition met\nsecret/b condition met',
      },
      {
        kubectl: 'wait secret -l app=nope --for=jsonpath={.type}=Opaque --timeout=5s',
        exit: 1,
        err: 'error: no matching resources found',
      },
    ],
  },
];
