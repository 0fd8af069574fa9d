import test from 'ava';
import { ApplyConflict } from '../../../api/apply/conflict.ts';
import { World, type Ownership } from './world.ts';

/** A write of the story: who, with which operation, what. */
type Step =
  | readonly ['apply' | 'force', string, object]
  | readonly ['update', string, object]
  | readonly ['redefine', string, Partial<Ownership>]
  | readonly ['conflict', string, object, string];

interface Story {
  readonly steps: readonly Step[];
  readonly spec: object;
  readonly owners: readonly string[];
}

/** Who owns which fields after a story of writes, and what the object has become. */
export const story = test.macro({
  exec(t, { steps, spec, owners }: Story) {
    const world = new World();
    for (const [verb, manager, given, message] of steps) {
      if (verb === 'update') world.update(manager, { spec: given });
      else if (verb === 'redefine') world.redefine(given);
      else if (verb === 'conflict') {
        const before = world.live;
        t.throws(() => world.apply(manager, { spec: given }), { instanceOf: ApplyConflict, message });
        t.is(world.live, before);
      } else world.apply(manager, { spec: given }, { force: verb === 'force' });
    }
    const { color, ...rest } = world.spec as Record<string, unknown>;
    t.deepEqual(color === 'red' ? rest : { ...rest, color }, spec);
    t.deepEqual(world.owners, owners);
  },
  title: (name) => `apply: ${name ?? ''}`,
});
