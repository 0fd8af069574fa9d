import type { KindDefinition } from '../kind-definition.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { atomicList, boolean, integer, keyedList, object, string } from './fragments.ts';
import { jsonSchemaProps } from './json-schema-props.ts';
import { time } from './object-meta.ts';

/*
 * Nothing is `required` but in documents: a real server takes what is left out as empty while it decodes, and its rules
 * (schemas/custom/validate) then say what is missing, each in its own words.
 */

const strings = (description: string): StructuralSchema => atomicList(description, { type: 'string' });

const names = (description: string): StructuralSchema =>
  object(
    description,
    {
      plural: string('The word in URLs: lower case, and the beginning of the name of this object.'),
      singular: string('The word for one; default is `kind` in lower case.'),
      shortNames: strings('Shorter words that kubectl takes.'),
      kind: string('The word in objects: CamelCase.'),
      listKind: string('The kind of lists; default is `kind` and `List`.'),
      categories: strings('Groups of kinds that kubectl takes in place of a kind, as `all`.'),
    },
    { model: 'CustomResourceDefinitionNames', documentedRequired: ['plural', 'kind'] },
  );

const conversion: StructuralSchema = object(
  'How objects get from one version to another.',
  {
    strategy: string('None: only apiVersion changes. Webhook is not supported here.'),
    webhook: object(
      'Whom to ask with strategy Webhook.',
      {
        clientConfig: object(
          'Where the webhook is.',
          {
            url: string('Its URL.'),
            service: object(
              'Its Service.',
              {
                namespace: string('Namespace of the Service.'),
                name: string('Name of the Service.'),
                path: string('Path of the request.'),
                port: integer('Port of the Service; default 443.', { format: 'int32' }),
              },
              { model: 'ServiceReference', documentedRequired: ['namespace', 'name'] },
            ),
            caBundle: string('PEM of the authority that its certificate is checked by.', { format: 'byte' }),
          },
          { model: 'WebhookClientConfig' },
        ),
        conversionReviewVersions: strings('The versions of ConversionReview that it speaks.'),
      },
      { model: 'WebhookConversion', documentedRequired: ['conversionReviewVersions'] },
    ),
  },
  { model: 'CustomResourceConversion', documentedRequired: ['strategy'] },
);

const column: StructuralSchema = object(
  'One column.',
  {
    name: string('Its head.'),
    type: string('string, integer, number, boolean or date.'),
    format: string('A finer type.'),
    description: string('What it shows.'),
    priority: integer('0 is always shown, more only with `-o wide`.', { format: 'int32' }),
    jsonPath: string('Where the cell stands in the object.'),
  },
  { model: 'CustomResourceColumnDefinition', documentedRequired: ['name', 'type', 'jsonPath'] },
);

const subresources: StructuralSchema = object(
  'Parts of the object with an address of their own.',
  {
    status: object('`status` is written through /status only.', {}, { model: 'CustomResourceSubresourceStatus' }),
    scale: object(
      'The object can be scaled.',
      {
        specReplicasPath: string('Where the wanted number stands, below .spec.'),
        statusReplicasPath: string('Where the number that is there stands, below .status.'),
        labelSelectorPath: string('Where the selector stands as text, below .status or .spec.'),
      },
      { model: 'CustomResourceSubresourceScale', documentedRequired: ['specReplicasPath', 'statusReplicasPath'] },
    ),
  },
  { model: 'CustomResourceSubresources' },
);

const version: StructuralSchema = object(
  'One version of the kind.',
  {
    name: string('The version in apiVersion, as `v1` or `v1beta1`.'),
    served: boolean('Requests for it are answered.'),
    storage: boolean('Objects are stored in it; true for exactly one version.'),
    deprecated: boolean('Requests for it are answered with a warning.'),
    deprecationWarning: string('The text of that warning.'),
    schema: object(
      'What its objects look like.',
      { openAPIV3Schema: jsonSchemaProps },
      { model: 'CustomResourceValidation' },
    ),
    subresources,
    additionalPrinterColumns: atomicList('What `kubectl get` shows; default is the age.', column),
    selectableFields: atomicList(
      'Fields that field selectors take.',
      object(
        'One field.',
        { jsonPath: string('Where it stands, as `.spec.color`.') },
        { model: 'SelectableField', documentedRequired: ['jsonPath'] },
      ),
    ),
  },
  { model: 'CustomResourceDefinitionVersion', documentedRequired: ['name', 'served', 'storage'] },
);

const status: StructuralSchema = object(
  'What became of it.',
  {
    conditions: keyedList(
      'Established: its objects are served. NamesAccepted: no other kind has its names.',
      ['type'],
      object(
        'One condition.',
        {
          type: string('What this is about.'),
          status: string('True, False or Unknown.'),
          lastTransitionTime: time('When status last changed.', { nullable: true }),
          reason: string('Why, in one CamelCase word.'),
          message: string('Why, for a person.'),
          observedGeneration: integer('The generation this was seen at.'),
        },
        { model: 'CustomResourceDefinitionCondition', documentedRequired: ['type', 'status'] },
      ),
    ),
    acceptedNames: names('The names that its objects are served under.'),
    storedVersions: strings('Versions that objects may be stored in: every one that ever was the storage version.'),
    observedGeneration: integer('The generation of the spec that this status speaks of.'),
  },
  { model: 'CustomResourceDefinitionStatus' },
);

/** apiextensions.k8s.io/v1 CustomResourceDefinition. */
export const customResourceDefinition: KindDefinition = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  listKind: 'CustomResourceDefinitionList',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  subresources: ['status'],
  builtin: true,
  selectableFields: [],
  columns: [
    {
      name: 'Created At',
      type: 'date',
      jsonPath: '.metadata.creationTimestamp',
      compute: (object) => object.metadata.creationTimestamp,
    },
  ],
  schema: {
    type: 'object',
    description: 'A kind of your own: its names, its versions, and what its objects look like.',
    documentedRequired: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: object(
        'The kind.',
        {
          group: string('Its API group, as `example.com`.'),
          names: names('Its names.'),
          scope: string('Namespaced or Cluster.'),
          versions: atomicList('Its versions.', version),
          conversion,
          preserveUnknownFields: boolean('Of apiextensions.k8s.io/v1beta1; must be false.'),
        },
        { model: 'CustomResourceDefinitionSpec', documentedRequired: ['group', 'names', 'scope', 'versions'] },
      ),
      status,
    },
  },
};
