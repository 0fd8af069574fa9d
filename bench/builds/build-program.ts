/** Builds by our adapter, in a process of its own that lives as long as the daemon would: one order at a time over the IPC channel. */
import { randomBytes } from 'node:crypto';
import { createBuilders } from '../../runtime/buildkit/index.ts';
import { plainRequest } from '../../test/support/buildkit/build-folder.ts';
import type { Answer, Order } from './orders.ts';

const newId = (): string => randomBytes(12).toString('hex');
const builders = createBuilders({ newId, hostId: 'bench' });

async function perform(order: Order, builder: ReturnType<typeof builders.open>): Promise<number> {
  const begin = performance.now();
  if (order.type === 'build')
    await builder.build(plainRequest({ path: order.path, sharedKey: order.path }), () => undefined);
  else await builder.prune({ filters: order.filters, all: true });
  return performance.now() - begin;
}

const open = new Map<string, ReturnType<typeof builders.open>>();

process.on('message', (order: Order) => {
  const key = JSON.stringify(order.endpoint);
  const builder = open.get(key) ?? builders.open(order.endpoint);
  open.set(key, builder);
  const answer = (message: Answer): void => void process.send?.(message);
  perform(order, builder).then(
    (milliseconds) => answer({ milliseconds }),
    (error: unknown) => answer({ failure: String(error) }),
  );
});
// ends itself, so that flags that write at the end (--cpu-prof) do
process.on('disconnect', () => process.exit());
