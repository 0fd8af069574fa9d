import type { KindDefinition } from '../kind-definition.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { atomicList, object, string } from './fragments.ts';

/** What an object comes to, in one word; see the page docs/plans.md. Stable: scripts read it. */
export const PLAN_ACTIONS = [
  'Create',
  'Replace',
  'Restart',
  'Update',
  'Delete',
  'Retain',
  'Pull',
  'Load',
  'Build',
  'Wait',
  'None',
  'Unknown',
] as const;

/** Objects of one question at most. */
export const MAX_CHANGES = 10_000;

const apiVersion = string('apiVersion of the object.', { minLength: 1 });
const kind = string('Kind of the object.', { minLength: 1 });
const namespace = string('Namespace of the object; absent for kinds without one.');
const name = string('Name of the object.', { minLength: 1 });

const anyObject: StructuralSchema = {
  type: 'object',
  description: 'The whole object as it would be, defaults filled in: the answer to a dry run.',
  'x-kubernetes-preserve-unknown-fields': true,
};

/** Asks what controllers would do if objects were as the question says. Nothing is kept, and nothing is changed. */
export const plan: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Plan',
  listKind: 'PlanList',
  plural: 'plans',
  singular: 'plan',
  shortNames: [],
  categories: [],
  scope: 'Cluster',
  subresources: [],
  columns: [],
  selectableFields: [],
  builtin: true,
  unstored: true,
  schema: {
    type: 'object',
    description:
      'Asks what would happen to containers, images, networks and data if objects were as the question says. Answered at once by the planners that the controllers run; nothing is kept, and nothing is changed.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: object('The question.', {
        changes: atomicList(
          'Objects that would be made, changed or deleted, all together. Of an object that is not named the present one counts.',
          object('One of object and delete.', {
            object: anyObject,
            delete: object(
              'An object that would be deleted.',
              { apiVersion, kind, namespace, name },
              { required: ['apiVersion', 'kind', 'name'] },
            ),
          }),
          { maxItems: MAX_CHANGES },
        ),
      }),
      status: object('The answer, filled in by the server.', {
        objects: atomicList(
          'First the objects of the question in its order, then others with something to do because of them, by kind, namespace and name. A question because of which more than 10,000 others would be told of is refused.',
          object(
            'What becomes of an object.',
            {
              apiVersion,
              kind,
              namespace,
              name,
              uid: string('uid of the object; absent for one that is not there yet.'),
              because: string('Changed and Deleted: the question says so. Affected: it follows from others.', {
                enum: ['Changed', 'Deleted', 'Affected'],
              }),
              action: string('What it comes to, in one word.', { enum: [...PLAN_ACTIONS] }),
              message: string('The same in a sentence, with the cause. With Unknown: why it cannot be told.'),
              steps: atomicList(
                'What its controller would do, in order; empty when nothing is to do.',
                object(
                  'One step.',
                  {
                    type: string('What is done: Pull, Create, Start, Stop, Delete, UpdateResources and others.'),
                    target: string('With what: an image reference, a path, a name. Never the value of a secret.'),
                    cause: string('Why, for a person.'),
                  },
                  { required: ['type', 'cause'] },
                ),
              ),
            },
            { required: ['apiVersion', 'kind', 'name', 'because', 'action', 'steps'] },
          ),
        ),
      }),
    },
  },
};
