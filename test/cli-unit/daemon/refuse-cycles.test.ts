import test from 'ava';
import { StatusError } from '../../../api/status-error.ts';
import { refuseCycles } from '../../../cli/daemon/refuse-cycles.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import { stored } from '../../controllers/container/objects.ts';

const container = (name: string, ...on: string[]): Container =>
  stored({ dependsOn: on.map((each) => ({ kind: 'Container', name: each })) }, { name });

const attributes = { subresource: '' } as never;

/** The message of the refusal when this is written beside these; undefined: it may pass. */
async function refusal(
  object: Container,
  others: readonly Container[],
  oldObject?: Container,
): Promise<string | undefined> {
  const plugin = refuseCycles((namespace, name) =>
    others.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
  );
  try {
    const before = oldObject === undefined ? {} : { oldObject };
    await plugin.validate?.({ attributes, operation: 'UPDATE', object, dryRun: false, ...before });
    return undefined;
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 422) return error.message;
    throw error;
  }
}

test('a circle is refused at spec.dependsOn, and shown', async (t) => {
  const message = await refusal(container('a', 'b'), [container('b', 'c'), container('c', 'a')]);
  t.is(
    message,
    'Container.tsmoby.dev "a" is invalid: spec.dependsOn: Invalid value: "b": goes in a circle: a -> b -> c -> a',
  );
  t.regex((await refusal(container('a', 'a'), [])) ?? '', /a -> a$/);
});

test('who shares a network waits for whose it is: a circle with that is refused as well, at the field that closes it', async (t) => {
  const sharer = (name: string, of: string): Container => stored({ networkMode: `container:${of}` }, { name });
  t.regex((await refusal(container('a', 'b'), [sharer('b', 'a')])) ?? '', /spec\.dependsOn: .*a -> b -> a$/);
  t.regex((await refusal(sharer('a', 'b'), [container('b', 'a')])) ?? '', /spec\.networkMode: .*a -> b -> a$/);
  t.regex((await refusal(sharer('a', 'a'), [])) ?? '', /spec\.networkMode: .*a -> a$/);
  t.is(await refusal(sharer('a', 'b'), [container('b', 'c')]), undefined);
  t.is(await refusal(sharer('a', 'b'), [container('b', 'a')], sharer('a', 'b')), undefined, 'it was so before');
});

test('no circle, a dependency that is not there, another kind of the same name: they pass', async (t) => {
  t.is(await refusal(container('a', 'b', 'c'), [container('b', 'c'), container('c')]), undefined);
  t.is(await refusal(container('a', 'b'), []), undefined);
  const image = stored({ dependsOn: [{ kind: 'Image', name: 'a' }] }, { name: 'a' });
  t.is(await refusal(image, []), undefined);
});

test('a Container that is in a circle already can be changed in other ways, and out of it', async (t) => {
  const others = [container('b', 'a')];
  t.is(await refusal(container('a', 'b'), others, container('a', 'b')), undefined);
  t.is(await refusal(container('a'), others, container('a', 'b')), undefined);
});
