/** Names of Compose's services are aliases, and have underscores. */
import test from 'ava';
import { container } from '../../schemas/definitions/container.ts';
import { objectMeta } from '../../schemas/definitions/object-meta.ts';
import { compileStructural } from '../../schemas/structural/structural.ts';

const schema = compileStructural(container.schema, { metadata: objectMeta });
const issues = (alias: string): number =>
  schema.validate({
    apiVersion: 'tsmoby.dev/v1alpha1',
    kind: 'Container',
    metadata: { name: 'web' },
    spec: { image: 'a', networks: [{ name: 'front', aliases: [alias] }] },
  }).length;

test('an alias may have underscores, and no other signs that DNS does not know', (t) => {
  t.deepEqual(
    ['my_db', '_db', 'db_1.shop', 'db', 'My', 'a b', '-a', 'a..b'].filter((alias) => issues(alias) === 0),
    ['my_db', '_db', 'db_1.shop', 'db'],
  );
});
