/** `kubectl scale` on a custom resource. */
import type { Case } from '../suite/case.ts';
import { versioned, widgets } from './definitions.ts';

const widget =
  'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a, labels: {app: web}}\nspec: {size: 1, replicas: 2}\n';

export const scaleCases: readonly Case[] = [
  {
    title: 'sets the replicas',
    definitions: widgets,
    given: widget,
    steps: [
      { kubectl: 'scale widgets.%GROUP% a --replicas=5', out: 'widget.%GROUP%/a scaled' },
      {
        kubectl: 'get widgets.%GROUP% a -o json',
        json: { spec: { size: 1, replicas: 5 }, metadata: { generation: 2 } },
      },
    ],
  },
  {
    title: '--current-replicas that fit, and that do not',
    definitions: widgets,
    given: widget,
    steps: [
      { kubectl: 'scale widgets.%GROUP%/a --replicas=3 --current-replicas=2', out: 'widget.%GROUP%/a scaled' },
      {
        kubectl: 'scale widgets.%GROUP%/a --replicas=4 --current-replicas=2',
        exit: 1,
        err: /Expected replicas to be 2, was 3/,
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.replicas}', out: '3' },
    ],
  },
  {
    title: 'below zero is refused',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: 'scale widgets.%GROUP% a --replicas=-1',
        exit: 1,
        err: /--replicas=COUNT flag is required, and COUNT must be greater than or equal to 0/,
      },
    ],
  },
  {
    title: '-l and -f choose objects, --dry-run=server stores nothing',
    definitions: widgets,
    given: widget,
    files: { 'a.yaml': widget },
    steps: [
      { kubectl: 'scale widgets.%GROUP% -l app=web --replicas=7', out: 'widget.%GROUP%/a scaled' },
      { kubectl: 'scale -f a.yaml --replicas=8', out: 'widget.%GROUP%/a scaled' },
      { kubectl: 'scale widgets.%GROUP% a --replicas=9 --dry-run=server', out: /scaled \(server dry run\)/ },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.replicas}', out: '8' },
    ],
  },
  {
    title: 'what cannot be scaled says so',
    definitions: versioned,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Gauge\nmetadata: {name: "a%ID%"}\n',
    steps: [
      {
        kubectl: 'scale gauges.%GROUP% a%ID% --replicas=1',
        exit: 1,
        err: /NotFound/,
      },
      { kubectl: 'scale cm nope --replicas=1', exit: 1, err: /not ?found|could not find the requested resource/i },
    ],
  },
  {
    title: 'the scale subresource shows what is wanted, what is, and the selector',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: `patch widgets.%GROUP% a --type=merge --subresource=status -p '{"status":{"replicas":1,"selector":"app=web"}}'`,
        out: /patched/,
      },
      {
        kubectl: 'get --raw /apis/%GROUP%/v1/namespaces/%NS%/widgets/a/scale',
        json: {
          kind: 'Scale',
          apiVersion: 'autoscaling/v1',
          metadata: { name: 'a', namespace: '%NS%' },
          spec: { replicas: 2 },
          status: { replicas: 1, selector: 'app=web' },
        },
      },
    ],
  },
  {
    title: 'through patch --subresource=scale',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: `patch widgets.%GROUP% a --type=merge --subresource=scale -p '{"spec":{"replicas":6}}'`,
        out: /scaled?|patched/,
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.replicas}', out: '6' },
      {
        kubectl: `patch widgets.%GROUP% a --type=merge --subresource=scale -p '{"spec":{"replicas":-6}}'`,
        exit: 1,
        err: /spec\.replicas: Invalid value: -6: should be a non-negative integer/,
      },
    ],
  },
];
