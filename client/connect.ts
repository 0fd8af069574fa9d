/** The way in for programs: a connection to a daemon, and what one does over it. */
import type { Client } from './client.ts';
import { defaultRunDir, socketPathIn } from './daemon-socket.ts';
import { openEnvironment, type EnvironmentOptions, type OpenEnvironment } from './environment/environment.ts';
import { createHttpClient, type HttpClient } from './http.ts';
import type { Connection } from './http-transport.ts';
import { Space } from './space/space.ts';

export interface ConnectOptions {
  /** `unix:///path`, `https://host:port` or `http://host:port`. */
  readonly server?: string;
  /** File with address and credentials; the context that it names itself. */
  readonly kubeconfig?: string;
  /** `name/version`: who writes. Default: `tsmoby-library/1`. */
  readonly userAgent?: string;
}

/** A Namespace of its own that ends with whoever opened it: `await using`. */
export class Environment extends Space implements AsyncDisposable {
  readonly #open: OpenEnvironment;

  constructor(http: HttpClient, open: OpenEnvironment) {
    super(http, open.namespace, { freePorts: true });
    this.#open = open;
  }

  /** Aborts when somebody else has deleted it. */
  get lost(): AbortSignal {
    return this.#open.lost;
  }

  /** Leaves it, for a look: nobody tears it down any more. */
  async keep(): Promise<void> {
    await this.#open.keep();
  }

  /** Tears everything down, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open[Symbol.asyncDispose]();
  }
}

/** Connected when the first call needs it. Idle connections keep no process alive, so closing it is not needed. */
export interface Tsmoby extends Disposable {
  /** The Client port: any kind, in any Namespace. */
  client(): Promise<Client>;
  /** A Namespace of its own, under a name that begins with `name`; ports of the machine in it are any free ones. */
  environment(options?: EnvironmentOptions): Promise<Environment>;
  /** One that is there: nobody deletes it. Default: `$TSMOBY_NAMESPACE`, which `tsmoby ci` sets, else `default`. */
  namespace(name?: string): Promise<Space>;
}

/**
 * The daemon of the options, else that of `$TSMOBY_HOST`, else that of `$TSMOBY_KUBECONFIG`, else the one that this user would start.
 * Calls reject with ApiError when it is not there.
 */
export function connect({ server, kubeconfig, userAgent = 'tsmoby-library/1' }: ConnectOptions = {}): Tsmoby {
  let opened: Promise<HttpClient> | undefined;
  const open = (): Promise<HttpClient> =>
    (opened ??= findConnection(server, kubeconfig).then((connection) => createHttpClient({ connection, userAgent })));
  return {
    client: open,
    async environment(options = {}) {
      const client = await open();
      return new Environment(client, await openEnvironment(client, options));
    },
    namespace: async (name = process.env['TSMOBY_NAMESPACE'] || 'default') =>
      new Space(await open(), name, { freePorts: false }),
    [Symbol.dispose]: () => {
      opened?.then((client) => client[Symbol.dispose]()).catch(() => undefined);
      opened = undefined;
    },
  };
}

async function findConnection(server: string | undefined, kubeconfig: string | undefined): Promise<Connection> {
  const { env } = process;
  const named = server ?? (kubeconfig === undefined ? env['TSMOBY_HOST'] : undefined);
  const file = kubeconfig ?? env['TSMOBY_KUBECONFIG'];
  if (named !== undefined && named !== '') return connectionTo(named);
  if (file === undefined || file === '')
    return { socketPath: socketPathIn(defaultRunDir({ env, uid: process.geteuid?.() ?? 0 })) };
  const { readKubeconfig } = await import('./kubeconfig.ts');
  return (await readKubeconfig(file)).connection;
}

function connectionTo(server: string): Connection {
  if (server.startsWith('unix:')) return { socketPath: server.replace(/^unix:(\/\/)?/, '') };
  if (URL.canParse(server)) return { server };
  throw new RangeError(`server ${server}: write it as unix:///path, https://host:port or http://host:port`);
}
