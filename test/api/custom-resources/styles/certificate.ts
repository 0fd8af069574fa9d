import { definition, fields, list, ready, text, type Style } from './style.ts';

/** cert-manager's certificates: columns that look into conditions, enums, references, selectable fields. */
export const certificate: Style = {
  title: 'columns that look into conditions, as cert-manager has them',
  definition: definition(
    'Certificate',
    fields(
      {
        secretName: text(),
        issuerRef: fields({ name: text(), kind: text({ default: 'Issuer' }) }, { required: ['name'] }),
        dnsNames: list(text(), { 'x-kubernetes-list-type': 'atomic' }),
        duration: text(),
        usages: list(text({ enum: ['signing', 'server auth', 'client auth'] })),
        keystore: fields({ password: text() }, { 'x-kubernetes-map-type': 'atomic' }),
      },
      { required: ['secretName', 'issuerRef'] },
    ),
    {
      status: { notAfter: text({ format: 'date-time' }), revision: { type: 'integer' } },
      columns: [
        { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type == "Ready")].status' },
        { name: 'Secret', type: 'string', jsonPath: '.spec.secretName' },
        { name: 'Issuer', type: 'string', jsonPath: '.spec.issuerRef.name', priority: 1 },
        { name: 'Revision', type: 'integer', jsonPath: '.status.revision' },
        { name: 'Until', type: 'date', jsonPath: '.status.notAfter' },
        { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Issuing")].reason' },
      ],
      version: { selectableFields: [{ jsonPath: '.spec.issuerRef.name' }, { jsonPath: '.spec.issuerRef.kind' }] },
    },
  ),
  good: { spec: { secretName: 's', issuerRef: { name: 'ca' }, dnsNames: ['a', 'b'] } },
  defaulted: { spec: { issuerRef: { kind: 'Issuer' } } },
  refused: [
    [{ spec: { secretName: null } }, /spec\.secretName: Required value/],
    [{ spec: { issuerRef: { name: null } } }, /spec\.issuerRef\.name: Required value/],
    [
      { spec: { usages: ['everything'] } },
      /spec\.usages\[0\]: Unsupported value: "everything": supported values: "signing"/,
    ],
  ],
  changes: [[{ spec: { dnsNames: ['c'], usages: ['signing', 'server auth'] } }]],
  status: { conditions: [ready('True', 'Issued')], revision: 3, notAfter: '2125-01-01T00:00:00Z' },
  row: ['True', 's', 'ca', 3, '<invalid>', null],
};
