/** What StartFirst has beside the instance that serves. */
import type { StructuralSchema } from '../structural/schema.ts';
import { atomicList, integer, object, string } from './fragments.ts';

/** `instance`: what is told of any instance. */
export const startFirstStatus = (
  instance: Readonly<Record<string, StructuralSchema>>,
): Readonly<Record<string, StructuralSchema>> => ({
  update: object('The next instance, while StartFirst prepares it beside the one that serves.', {
    ...instance,
    reason: string('What is said of it: Running, or why it is not ready.'),
    message: string('More about it.'),
  }),
  draining: atomicList(
    'Former instances that serve what was established before StartFirst put another in their place.',
    object(
      'One instance.',
      {
        containerID: string('The instance: containerd://<id>.'),
        revision: string('The revision that it was made for.'),
        sandboxGeneration: integer('Number of its sandbox.', { format: 'int32', minimum: 0 }),
        since: string('Since when nothing new comes to it; its time of grace counts from here.', {
          format: 'date-time',
        }),
        logRun: integer('Number of its log.', { format: 'int32', minimum: 0 }),
        ip: string('Its first address.'),
      },
      { required: ['containerID', 'sandboxGeneration', 'since'] },
    ),
  ),
});
