import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { RuntimeError } from '../errors.ts';

export interface OpenedAgent extends Disposable {
  readonly agent: HttpAgent;
}

/**
 * An agent whose connections all end with it. Node's own destroys those that have a request; one on which a proxy has not made the tunnel yet has none.
 * Throws RuntimeError for a proxy that is none.
 */
export function openAgent({ protocol, host }: URL, env: Readonly<Record<string, string | undefined>>): OpenedAgent {
  const agent = agentFor(protocol, host, { ...env });
  const sockets = new Set<Duplex>();
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const socket = connect(options, done);
    if (socket) sockets.add(socket);
    return socket;
  };
  return {
    agent,
    [Symbol.dispose]() {
      agent.destroy();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function agentFor(protocol: string, host: string, proxyEnv: NodeJS.ProcessEnv): HttpAgent {
  try {
    return protocol === 'https:' ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv });
  } catch {
    // Neither its text nor it itself goes on: the URL, with a password in it, is its text.
    const why = 'the proxy in the environment of the daemon is no URL (in a password / and @ are %2F and %40)';
    throw new RuntimeError('Unavailable', `${host}: ${why}`);
  }
}
