/** `kubectl events`, and Events in `get` and `describe`. */
import type { Case } from '../suite/case.ts';

const event = (name: string, about: string, type: string, reason: string, message: string): string => `apiVersion: v1
kind: Event
metadata: {name: ${name}}
involvedObject: {apiVersion: v1, kind: ConfigMap, name: ${about}, namespace: "%NS%"}
type: ${type}
reason: ${reason}
message: ${message}
count: 3
firstTimestamp: "2026-01-01T00:00:00Z"
lastTimestamp: "2026-01-01T00:00:10Z"
source: {component: tester}
`;
const both = `${event('e1', 'a', 'Normal', 'Made', 'it is made')}---\n${event('e2', 'b', 'Warning', 'Broke', 'it is broken')}`;

export const eventCases: readonly Case[] = [
  {
    title: 'events lists them',
    given: both,
    steps: [
      {
        kubectl: 'events',
        out: [
          /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/,
          /Normal +Made +ConfigMap\/a +it is made$/m,
          /Warning +Broke +ConfigMap\/b +it is broken$/m,
        ],
      },
      { kubectl: 'events --no-headers', lacks: /LAST SEEN/, out: /Made/ },
    ],
  },
  {
    title: 'events --for shows those about an object',
    given: both,
    steps: [{ kubectl: 'events --for cm/a', out: /Made/, lacks: /Broke/ }],
  },
  {
    title: 'events --types chooses by type',
    given: both,
    steps: [{ kubectl: 'events --types=Warning', out: /Broke/, lacks: /Made/ }],
  },
  {
    title: 'events -w goes on',
    given: event('e1', 'a', 'Normal', 'Made', 'it is made'),
    steps: [
      {
        kubectl: 'events -w',
        ready: /Made/,
        meanwhile: [
          {
            kubectl: 'create -f -',
            input: event('e2', 'b', 'Warning', 'Broke', 'it is broken'),
            out: 'event/e2 created',
          },
        ],
        until: /Broke +ConfigMap\/b/,
      },
    ],
  },
  {
    title: 'events -o json, -A',
    given: both,
    steps: [
      {
        kubectl: 'events -o json --for cm/b',
        json: { kind: /List$/, items: [{ kind: 'Event', reason: 'Broke', count: 3 }] },
      },
      { kubectl: 'events -A --for cm/b', out: [/^NAMESPACE/, /^%NS% +.* Broke/m] },
    ],
  },
  {
    title: 'events of nothing says so',
    steps: [{ kubectl: 'events', out: '', err: 'No events found in %NS% namespace.' }],
  },
  {
    title: 'get events prints its columns, wide ones too',
    given: both,
    steps: [
      {
        kubectl: 'get events --field-selector involvedObject.name=a',
        out: /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n\S+ +Normal +Made +configmap\/a +it is made\n$/,
      },
      {
        kubectl: 'get events -o wide --field-selector reason=Broke',
        out: /^LAST SEEN +TYPE +REASON +OBJECT +SUBOBJECT +SOURCE +MESSAGE +FIRST SEEN +COUNT +NAME\n\S+ +Warning +Broke +configmap\/b +tester +it is broken +\S+ +3 +e2\n$/,
      },
    ],
  },
  {
    title: 'get events by type, reason, object and source',
    given: both,
    steps: [
      { kubectl: 'get events --field-selector type=Warning -o name', out: 'event/e2' },
      { kubectl: 'get events --field-selector type!=Warning,involvedObject.kind=ConfigMap -o name', out: 'event/e1' },
      {
        kubectl: 'get events --field-selector source=tester,involvedObject.namespace=%NS%,reason=Made -o name',
        out: 'event/e1',
      },
    ],
  },
  {
    title: 'an Event is the same one in events.k8s.io',
    given: both,
    steps: [
      {
        kubectl: 'get events.events.k8s.io e1 -o json',
        json: {
          apiVersion: 'events.k8s.io/v1',
          note: 'it is made',
          regarding: { name: 'a' },
          deprecatedCount: 3,
          deprecatedSource: { component: 'tester' },
        },
      },
    ],
  },
  {
    title: 'an Event about an object elsewhere is refused',
    steps: [
      {
        kubectl: 'create -f -',
        input: event('e1', 'a', 'Normal', 'Made', 'x').replace('namespace: "%NS%"', 'namespace: elsewhere'),
        exit: 1,
        err: /involvedObject\.namespace: Invalid value: "elsewhere": does not match event\.namespace/,
      },
    ],
  },
];
