/** Ports and a client that refuse to change anything while they are sealed, and remember who tried. */
import type { Client } from '../../client/client.ts';
import type { KindRef } from '../../schemas/object.ts';
import type { FakePorts } from './container-world.ts';

/** Methods that only look, by port. All others change something, or may. */
const LOOKING: Readonly<Record<keyof FakePorts, ReadonlySet<string>>> = {
  connections: new Set(['areOpen']),
  containers: new Set(['list', 'get', 'stats']),
  images: new Set(['get', 'list', 'verify', 'readFiles']),
  events: new Set(['subscribe']),
  logs: new Set(['list', 'latestRun']),
  networks: new Set(['list', 'get', 'occupied']),
  probes: new Set(['get', 'list', 'subscribe']),
  publications: new Set(['list', 'subscribe']),
  sandboxes: new Set(['list', 'get']),
  volumes: new Set(['statDirectory', 'checkHostPath', 'tmpfsMounted', 'readScratchFile', 'leftovers']),
};

const WRITES: ReadonlySet<string> = new Set([
  'create',
  'update',
  'updateStatus',
  'patch',
  'apply',
  'applyStatus',
  'delete',
  'deleteCollection',
]);

export class Seal {
  /** What was tried while it was sealed. */
  readonly broken: string[] = [];
  isSealed = false;

  readonly ports = (all: FakePorts): FakePorts => {
    const sealed = Object.entries(all).map(([name, port]) => [name, this.#guard(name as keyof FakePorts, port)]);
    return { ...all, ...(Object.fromEntries(sealed) as Partial<FakePorts>) };
  };

  readonly client = (client: Client): Client => this.#wrap('client', client, (method) => WRITES.has(method));

  #guard(name: keyof FakePorts, port: object): object {
    const looking: ReadonlySet<string> | undefined = LOOKING[name];
    return looking === undefined ? port : this.#wrap(name, port, (method) => !looking.has(method));
  }

  #wrap<T extends object>(name: string, target: T, changes: (method: string) => boolean): T {
    return new Proxy(target, {
      get: (inner, method) => {
        const value: unknown = Reflect.get(inner, method);
        if (typeof value !== 'function' || typeof method === 'symbol') return value;
        return (...parameters: unknown[]): unknown => {
          if (this.isSealed && changes(method) && !isEvent(parameters[0])) {
            this.broken.push(`${name}.${method}`);
            throw new Error(`${name}.${method} was called, which changes something`);
          }
          return Reflect.apply(value, inner, parameters) as unknown;
        };
      },
    });
  }
}

/** Events of what was done before are written a little later. */
const isEvent = (target: unknown): boolean => (target as Partial<KindRef> | undefined)?.kind === 'Event';
