/**
 * What every Client promises (client/client.ts) against a real API server, as one suite: a controller must not be able
 * to tell which one it holds.
 */
import type { TestFn } from 'ava';
import { ClientWorld, type ClientWorldOptions } from '../support/client-world.ts';
import { applyTests } from './client/applies.ts';
import { deleteTests } from './client/deletes.ts';
import type { ClientTest } from './client/harness.ts';
import { patchTests } from './client/patches.ts';
import { readTests } from './client/reads.ts';
import { watchTests } from './client/watches.ts';
import { writeTests } from './client/writes.ts';

export const clientTests: Readonly<Record<string, ClientTest>> = {
  ...readTests,
  ...writeTests,
  ...patchTests,
  ...applyTests,
  ...deleteTests,
  ...watchTests,
};

/** Registers the suite. One server serves all tests, each in a namespace of its own; they run one after the other. */
export function clientSuite(test: TestFn, options: ClientWorldOptions): void {
  let world: ClientWorld;
  test.before(async () => {
    world = await ClientWorld.open(options);
  });
  test.after.always(async () => world?.[Symbol.asyncDispose]());
  for (const [index, [title, behaviour]] of Object.entries(clientTests).entries()) {
    test.serial(`${options.transport} on ${options.store}: ${title}`, async (t) => {
      const namespace = `t-${String(index)}`;
      await world.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      await behaviour(t, world, namespace);
    });
  }
}
