import type { Client } from '../../../client/client.ts';
import { settled, type Controller, type ReconcileContext } from '../../../controllers/engine/contract.ts';
import { createManager, type Manager } from '../../../controllers/engine/manager.ts';
import { systemTimers } from '../../../controllers/engine/timers.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { countingClient, type CountingClient } from '../../support/counting-client.ts';
import type { OpenClient } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog, type LogLine } from '../../support/recording-log.ts';
import { WIDGET, widgetRef, type Widget, type WidgetStatus } from '../../support/widget.ts';

export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
export const EVENT = { apiVersion: 'v1', kind: 'Event' } as const;
export const FINALIZER = 'test.tsmoby.dev/widget';

type WidgetController = Controller<Widget, WidgetStatus>;
type Context = ReconcileContext<WidgetStatus>;

/** An engine with controllers of Widgets over a real API server. */
export interface Bench extends AsyncDisposable {
  readonly world: ApiWorld;
  /** A user's client, straight to the server. */
  readonly user: Client;
  /** What the engine used. */
  readonly client: CountingClient;
  readonly manager: Manager;
  readonly lines: readonly LogLine[];
  /** Waits until the stored object fits. */
  until(name: string, what: string, fits: (object: Widget) => boolean): Promise<Widget>;
  /** Waits until nothing has run or been written for a while. */
  quiet(): Promise<void>;
}

/** `before`: what is done before the engine starts. */
export async function setUp(
  openClient: OpenClient,
  controllers: readonly WidgetController[],
  before?: (user: Client) => Promise<void>,
): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const world = stack.use(await openApiWorld());
  const user = world.plainClient('someone');
  await before?.(user);
  const client = countingClient(await openClient(world));
  const log = recordingLog();
  const clock = { now: () => Date.now() };
  const manager = stack.use(createManager({ client, controllers, clock, random: Math.random, log }));
  await manager.start();
  return {
    world,
    user,
    client,
    manager,
    lines: log.lines,
    until: (name, what, fits) =>
      eventually(`${name} ${what}`, async () => {
        const object = await user.get<Widget>(widgetRef(name));
        return fits(object) ? object : undefined;
      }),
    quiet: async () => {
      let seen = -1;
      await eventually('quiet', async () => {
        const before = seen;
        await new Promise((resolve) => systemTimers.after(60, () => resolve(undefined)));
        const busy = manager.stats().some(({ ready, running }) => ready + running > 0);
        seen = client.writes.length;
        return !busy && seen === before;
      });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A controller that settles, with parts replaced. */
export function controllerOf(parts: Partial<WidgetController> = {}): WidgetController {
  return {
    name: 'widget',
    kind: WIDGET,
    reconcile: async (object, { status }: Context) => {
      status.set({ seen: object.spec?.size ?? 0 });
      status.condition({ type: 'Ready', status: 'True', reason: 'Succeeded', message: 'as wanted' });
      return settled();
    },
    ...parts,
  };
}

/** `Ready: 'True Succeeded'`, by type. */
export const conditions = (object: Widget): Record<string, string> =>
  Object.fromEntries(
    (object.status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );
