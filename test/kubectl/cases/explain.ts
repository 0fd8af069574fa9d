/** `kubectl explain`. */
import type { Case } from '../suite/case.ts';
import { versioned, widgets } from './definitions.ts';

export const explainCases: readonly Case[] = [
  {
    title: 'configmap',
    steps: [
      {
        kubectl: 'explain configmap',
        out: [
          /^KIND: +ConfigMap\nVERSION: +v1\n/,
          /^DESCRIPTION:\n +\S/m,
          /^FIELDS:$/m,
          /^ {2}data\t<map\[string\]string>$/m,
          /^ {2}metadata\t<ObjectMeta>$/m,
          /^ {2}immutable\t<boolean>$/m,
        ],
      },
    ],
  },
  {
    title: 'a field of a field',
    steps: [
      {
        kubectl: 'explain secret.metadata.labels',
        out: [/^KIND: +Secret$/m, /^FIELD: labels <map\[string\]string>$/m, /^DESCRIPTION:\n +\S/m],
      },
    ],
  },
  {
    title: 'a list of objects',
    steps: [
      {
        kubectl: 'explain cm.metadata.ownerReferences',
        out: [/^FIELD: ownerReferences <\[\]OwnerReference>$/m, /^ {2}uid\t<string> -required-$/m],
      },
    ],
  },
  {
    title: '--recursive',
    steps: [
      {
        kubectl: 'explain cm --recursive',
        out: [
          /^ {2}metadata\t<ObjectMeta>$/m,
          /^ {4}ownerReferences\t<\[\]OwnerReference>$/m,
          /^ {6}blockOwnerDeletion\t<boolean>$/m,
        ],
      },
    ],
  },
  {
    title: 'a field that is not there is an error',
    steps: [
      { kubectl: 'explain cm.nope', exit: 1, err: 'error: field "nope" does not exist' },
      { kubectl: 'explain gizmo', exit: 1, err: /the server doesn't have a resource type "gizmo"/ },
    ],
  },
  {
    title: 'namespace, secret, event, lease, controllerrevision and customresourcedefinition',
    steps: ['namespace', 'secret', 'event', 'lease', 'controllerrevision', 'customresourcedefinition'].map((kind) => ({
      kubectl: `explain ${kind}`,
      out: [/^KIND: /m, /^FIELDS:$/m, /^ {2}metadata\t<ObjectMeta>/m],
    })),
  },
  {
    title: 'the schema of a CustomResourceDefinition, down to its validation',
    steps: [
      {
        kubectl: 'explain crd.spec.versions.schema.openAPIV3Schema.properties',
        out: /^FIELD: properties <map\[string\]JSONSchemaProps>$/m,
      },
      { kubectl: 'explain crd.spec', out: /^ {2}scope\t<string> -required-$/m },
    ],
  },
  {
    title: '--output=plaintext is the default, and there is no other by name',
    steps: [
      { kubectl: 'explain cm --output=plaintext', out: /^KIND: +ConfigMap/ },
      { kubectl: 'explain cm --output=nope', exit: 1, err: /nope/ },
    ],
  },
  {
    title: '--output=plaintext-openapiv2 reads OpenAPI 2.0',
    steps: [
      {
        kubectl: 'explain cm --output=plaintext-openapiv2',
        out: [/^KIND: +ConfigMap$/m, /^ {3}data\t<map\[string\]string>$/m],
      },
    ],
  },
  {
    title: 'a custom resource, with descriptions and types of its schema',
    definitions: widgets,
    steps: [
      {
        kubectl: 'explain widgets.%GROUP%',
        eventually: true,
        out: [
          /^GROUP: +%GROUP%\nKIND: +Widget\nVERSION: +v1\n/,
          /A widget, for tests\./,
          /^ {2}spec\t<Object>\n +What is wanted\.$/m,
        ],
      },
      { kubectl: 'explain widgets.%GROUP%.spec.size', out: [/^FIELD: size <integer>$/m, /How large it is\./] },
      {
        kubectl: 'explain widgets.%GROUP%.spec.colour',
        out: [/^FIELD: colour <string>$/m, /^ENUM:\n +red\n +green\n +blue$/m],
      },
      {
        kubectl: 'explain widgets.%GROUP%.spec --recursive',
        out: [/^ {2}ports\t<\[\]Object>$/m, /^ {4}name\t<string> -required-$/m],
      },
    ],
  },
  {
    title: '--api-version chooses among versions',
    definitions: versioned,
    steps: [
      { kubectl: 'explain gauges.%GROUP%.spec.level', eventually: true, out: [/^VERSION: +v1$/m, /Level of v1\./] },
      {
        kubectl: 'explain gauges.spec.level --api-version=%GROUP%/v1beta1',
        eventually: true,
        out: [/^VERSION: +v1beta1$/m, /Level of v1beta1\./],
      },
    ],
  },
  {
    title: 'a schema that changes is explained as it is now',
    definitions: widgets,
    steps: [
      { kubectl: 'explain widgets.%GROUP%.spec.size', eventually: true, out: /How large it is\./ },
      {
        kubectl: `patch crd widgets.%GROUP% --type=json -p '[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/description","value":"Now otherwise."}]'`,
        out: /patched/,
      },
      { kubectl: 'explain widgets.%GROUP%.spec.size', eventually: true, out: /Now otherwise\./ },
    ],
  },
];
