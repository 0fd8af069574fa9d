/** Reviews: resources of which nothing is stored. A POST asks, the answer is the object with its status filled in. */
import { objectMeta } from '../../schemas/definitions/object-meta.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import { apiVersionOf } from '../../schemas/kinds.ts';
import type { JsonObject, KubeObject } from '../../schemas/object.ts';
import type { FieldIssue } from '../../schemas/structural/issue.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';
import { madeValue } from '../registry/object-value.ts';
import type { CallContext, Creater, ServedResource } from '../registry/resource.ts';
import { invalid } from '../status-error.ts';
import { freezeDeep } from '../../schemas/structural/own.ts';

/** What becomes of the question: metadata, spec and status of the answer. Throws StatusErrors. */
export type Answer = (asked: KubeObject, context: CallContext) => Promise<JsonObject> | JsonObject;

/** A resource that can be created and nothing else. */
export function reviewResource(definition: KindDefinition, answer: Answer): ServedResource {
  const { kind } = definition;
  const apiVersion = apiVersionOf(definition);
  return askedResource(definition, async (context, object) => {
    const answered = await answer(object, context);
    const review = { kind, apiVersion, ...answered } as unknown as KubeObject;
    return madeValue(() => freezeDeep(review));
  });
}

/** The same for whoever makes the whole answer. */
export const askedResource = (definition: KindDefinition, create: Creater['create']): ServedResource => ({
  definition,
  schema: compileStructural(definition.schema, { metadata: objectMeta }),
  capabilities: { create },
  subresources: new Map(),
});

/** Throws Invalid when there is an issue. */
export function requireValid({ group, kind }: KindDefinition, issues: readonly FieldIssue[]): void {
  if (issues.length === 0) return;
  const causes = issues.map(({ path, reason, message }) => ({ field: path, reason, message }));
  throw invalid({ group, kind }, '', causes);
}
