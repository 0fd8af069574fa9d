import type { Client } from '../../client/client.ts';

const WRITES = ['create', 'update', 'updateStatus', 'patch', 'apply', 'delete', 'deleteCollection'] as const;

export interface CountingClient extends Client {
  /** One line a write: `updateStatus Widget default/a`. */
  readonly writes: string[];
  /** One line a question for one object, as `writes`. */
  readonly gets: string[];
  /** Open watches at the moment. */
  readonly watches: () => number;
}

/** A client, with all its capabilities, that notes its writes and counts its watches. */
export function countingClient(client: Client): CountingClient {
  const writes: string[] = [];
  const gets: string[] = [];
  let watches = 0;
  const counting = Object.create(client) as CountingClient & Record<string, unknown>;
  for (const verb of WRITES) {
    const write = client[verb].bind(client) as (target: Target, ...rest: unknown[]) => Promise<unknown>;
    counting[verb] = ((target: Target, ...rest: unknown[]) => {
      writes.push(`${verb} ${describe(target)}`);
      return write(target, ...rest);
    }) as never;
  }
  const get = client.get.bind(client);
  counting.get = (ref, options) => {
    gets.push(`get ${describe(ref)}`);
    return get(ref, options);
  };
  const open = client.watch.bind(client);
  counting.watch = async function* counted(...args: Parameters<Client['watch']>) {
    watches += 1;
    try {
      yield* open(...args);
    } finally {
      watches -= 1;
    }
  } as Client['watch'];
  return Object.assign(counting, { writes, gets, watches: () => watches });
}

interface Target {
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

function describe({ kind, name, namespace, metadata }: Target): string {
  const where = [namespace ?? metadata?.namespace, name ?? metadata?.name].filter((part) => part !== undefined);
  return [kind, where.join('/')].join(' ').trimEnd();
}
