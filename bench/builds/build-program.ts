/** Builds by our adapter, in a process of its own that lives as long as the daemon would: one order at a time over the IPC channel. */
import { randomBytes } from 'node:crypto';
import { createBuilders } from '../../runtime/buildkit/index.ts';
import type { BuildRequest } from '../../runtime/ports/builders.ts';
import type { Answer, Order } from './orders.ts';

const newId = (): string => randomBytes(12).toString('hex');
const builders = createBuilders({ newId, hostId: 'bench' });

function requestFor(path: string): BuildRequest {
  const directory = { path, sharedKey: path };
  return {
    id: newId(),
    frontend: { name: 'dockerfile.v0' },
    options: {},
    context: directory,
    dockerfile: { directory, filename: 'Dockerfile' },
    namedContexts: {},
    args: {},
    labels: {},
    platforms: [],
    network: 'default',
    hosts: [],
    ulimits: [],
    noCache: false,
    pull: false,
    cacheFrom: [],
    cacheTo: [],
    attestations: {},
    entitlements: [],
    outputs: [],
    credentials: () => undefined,
    secret: () => undefined,
    ssh: {},
  };
}

async function perform(order: Order, builder: ReturnType<typeof builders.open>): Promise<number> {
  const begin = performance.now();
  if (order.type === 'build') await builder.build(requestFor(order.path), () => undefined);
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
