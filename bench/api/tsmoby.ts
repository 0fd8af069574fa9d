import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readKubeconfig } from '../../client/kubeconfig.ts';
import { openWorld, type World } from '../world.ts';
import type { MeasuredServer } from './server.ts';
import type { Target } from './target.ts';

const POLL_MS = 20;

/** The built daemon, measured over its HTTPS listener with the certificate of its kubeconfig. */
export interface TsmobyServer extends MeasuredServer {
  readonly world: World;
}

export async function openTsmoby(options: {
  readonly nodeFlags: readonly string[];
  readonly signal: AbortSignal;
  /** Tells about its event loop, too, and is a little larger for it. */
  readonly hooked?: boolean;
}): Promise<TsmobyServer> {
  await using opening = new AsyncDisposableStack();
  const world = opening.use(await openWorld({ ...options, hooked: options.hooked === true }));
  const kubeconfig = join(world.dataDirectory, 'kubeconfig');
  // the daemon answers on its socket before it listens for others
  while (
    !(await access(kubeconfig).then(
      () => true,
      () => false,
    ))
  )
    await sleep(POLL_MS, undefined, { signal: options.signal });
  const target = await targetOf(kubeconfig);
  const opened = opening.move();
  return {
    name: 'tsmoby',
    world,
    target,
    // logd and containerd do nothing here
    pids: () => [world.daemon.pid],
    stop: () => world.stop(),
    start: () => world.start(),
    ...(options.hooked ? { loopDelay: (work: () => Promise<void>) => world.daemon.loopDelay(work) } : {}),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Whom a kubeconfig leads to. */
async function targetOf(kubeconfig: string): Promise<Target> {
  const { connection } = await readKubeconfig(kubeconfig);
  const { server = '', ca = '', cert = '', key = '' } = connection as Readonly<Record<string, string | undefined>>;
  const { hostname, port } = new URL(server);
  return { host: hostname, port: Number(port), ca, cert, key };
}
