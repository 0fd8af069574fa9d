import test from 'ava';
import { deletionStages } from '../../../controllers/namespace/order.ts';
import { apiVersionOf, KINDS } from '../../../schemas/kinds.ts';

test('who makes objects goes first, users go before what they use, Events last, and kinds without a namespace not at all', (t) => {
  const kinds = KINDS.map((row) => ({
    apiVersion: apiVersionOf(row),
    kind: row.kind,
    plural: row.plural,
    namespaced: row.scope === 'Namespaced',
  }));
  const gadget = { apiVersion: 'example.com/v1', kind: 'Gadget', plural: 'gadgets', namespaced: true };
  const stages = deletionStages([...kinds, gadget]).map((stage) => stage.map(({ kind }) => kind).sort());
  t.deepEqual(stages, [
    ['Sync'],
    ['Container', 'Gadget'],
    ['Build', 'ControllerRevision', 'Image', 'Network', 'Volume'],
    ['ConfigMap', 'Lease', 'Secret'],
    ['Event'],
  ]);
});
