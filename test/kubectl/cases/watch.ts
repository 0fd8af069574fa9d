/** `kubectl get --watch`. */
import type { Case } from '../suite/case.ts';
import { watching } from './watching.ts';

const secret = (name: string, app = 'web'): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, labels: {app: ${app}}}\n`;

export const watchCases: readonly Case[] = [
  {
    title: '-w prints what is there, and then each change',
    given: secret('a'),
    steps: [
      {
        kubectl: 'get secret -w --no-headers',
        ready: /^a /m,
        meanwhile: [{ kubectl: 'create secret generic b', out: 'secret/b created' }],
        until: /^b +Opaque +0 +\d+s$/m,
        out: /^a +Opaque +0 +\d+s\nb +Opaque +0 +\d+s\n$/,
      },
    ],
  },
  {
    title: '--watch-only leaves out what is there',
    given: secret('a'),
    steps: [
      {
        kubectl: 'get secret --watch-only -o name -v=6',
        ...watching,
        meanwhile: [{ kubectl: 'create secret generic b', out: 'secret/b created' }],
        until: /b/,
        out: 'secret/b',
      },
    ],
  },
  {
    title: '--output-watch-events names the events',
    given: secret('a'),
    steps: [
      {
        kubectl: 'get secret -w --output-watch-events --no-headers',
        ready: /^ADDED +a /m,
        meanwhile: [
          { kubectl: 'label secret a x=y', out: 'secret/a labeled' },
          { kubectl: 'delete secret a', out: /deleted/ },
        ],
        until: /DELETED/,
        out: /^ADDED +a .*\nMODIFIED +a .*\nDELETED +a .*\n$/,
      },
    ],
  },
  {
    title: 'of one name shows only that object',
    given: `${secret('a')}---\n${secret('b')}`,
    steps: [
      {
        kubectl: 'get secret b -w -o jsonpath={.metadata.name}/{.metadata.labels.x}#',
        ready: /b\/#/,
        meanwhile: [
          { kubectl: 'label secret a x=no', out: 'secret/a labeled' },
          { kubectl: 'label secret b x=yes', out: 'secret/b labeled' },
        ],
        until: /yes/,
        out: 'b/#b/yes#',
      },
    ],
  },
  {
    title: 'an object that leaves the selector is DELETED, one that enters is ADDED',
    given: `${secret('a')}---\n${secret('b', 'db')}`,
    steps: [
      {
        kubectl: 'get secret -l app=web -w --output-watch-events --no-headers',
        ready: /^ADDED +a /m,
        meanwhile: [
          { kubectl: 'label secret a app=db --overwrite', out: 'secret/a labeled' },
          { kubectl: 'label secret b app=web --overwrite', out: 'secret/b labeled' },
        ],
        until: /ADDED +b/,
        out: /^ADDED +a .*\nDELETED +a .*\nADDED +b .*\n$/,
      },
    ],
  },
  {
    title: '-o yaml prints whole objects, one document each',
    given: secret('a'),
    steps: [
      {
        kubectl: 'get secret a -w -o yaml',
        ready: /kind: Secret/,
        meanwhile: [{ kubectl: 'patch secret a -p \'{"stringData":{"k":"v"}}\'', out: 'secret/a patched' }],
        until: /---\napiVersion: v1\ndata:\n {2}k: dg==\nkind: Secret\nmetadata:/,
        out: /^apiVersion: v1\nkind: Secret/,
      },
    ],
  },
  {
    title: '-A watches all namespaces',
    given: `apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {is: "%ID%"}}\n`,
    steps: [
      {
        kubectl: 'get secret -A -l is=%ID% -w --no-headers',
        ready: /%NS% +a /,
        meanwhile: [{ kubectl: 'annotate secret a x=y', out: 'secret/a annotated' }],
        until: /(%NS% +a .*\n){2}/,
      },
    ],
  },
  {
    title: 'a watch over --raw ends by itself after timeoutSeconds',
    given: secret('a'),
    steps: [
      {
        kubectl: 'get --raw "/api/v1/namespaces/%NS%/secrets?watch=true&timeoutSeconds=1"',
        json: { type: 'ADDED', object: { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a' } } },
      },
    ],
  },
];
