/**
 * CustomResourceDefinitions of our own kinds, so that the same objects live on any Kubernetes API server. Only keys that
 * such a server knows go in.
 */
import type { KindDefinition, PrinterColumn } from '../../schemas/kind-definition.ts';
import { KINDS } from '../../schemas/kinds.ts';
import type { StructuralSchema } from '../../schemas/structural/schema.ts';
import { encodeYaml } from '../../schemas/text/encode-yaml.ts';
import type { GeneratedFile } from './generated-file.ts';

export function generateCrds(kinds: readonly KindDefinition[] = KINDS): readonly GeneratedFile[] {
  return kinds
    .filter(({ builtin }) => !builtin)
    .map((definition) => ({
      path: `manifests/crds/${definition.group}_${definition.plural}.yaml`,
      content: `# Generated from schemas/definitions by \`npm run generate\`. Never edited.\n${encodeYaml(crdOf(definition))}`,
    }));
}

/** One CustomResourceDefinition with one served and stored version. */
export function crdOf(definition: KindDefinition): object {
  const { group, version, kind, listKind, plural, singular, shortNames, categories, scope } = definition;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, listKind, plural, singular, shortNames, categories },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(definition.schema) },
          ...subresourcesOf(definition),
          additionalPrinterColumns: definition.columns.map(columnOf),
          ...(definition.selectableFields.length > 0
            ? { selectableFields: definition.selectableFields.map((field) => ({ jsonPath: `.${field}` })) }
            : {}),
        },
      ],
    },
  };
}

function subresourcesOf({ subresources, scale }: KindDefinition): object {
  if (subresources.length === 0) return {};
  return {
    subresources: {
      ...(subresources.includes('status') ? { status: {} } : {}),
      ...(scale === undefined ? {} : { scale }),
    },
  };
}

function rootSchema(schema: StructuralSchema): object {
  const plain = withoutPatchKeys(schema) as StructuralSchema;
  return {
    ...plain,
    properties: {
      apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
      kind: { type: 'string', description: 'Name of the kind of this object.' },
      ...plain.properties,
    },
  };
}

/** Patch strategies are of built-in kinds only; an API server refuses them in a CustomResourceDefinition. */
function withoutPatchKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPatchKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('x-kubernetes-patch-'))
      .map(([key, one]) => [key, withoutPatchKeys(one)]),
  );
}

function columnOf({ name, type, format, description, priority, jsonPath, compute, computeAt }: PrinterColumn): object {
  if (compute || computeAt)
    throw new Error(`column ${name} is computed: a CustomResourceDefinition can only have a path`);
  return {
    name,
    type,
    jsonPath,
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
    ...(priority === undefined ? {} : { priority }),
  };
}
