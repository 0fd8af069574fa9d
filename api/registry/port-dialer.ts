/** Connecting to ports of an object: the port that `portforward` crosses from the API to whoever has a runtime. */
import type { Duplex } from 'node:stream';
import type { CallContext } from './resource.ts';

/** Leads into the network that a process has. Disposing it opens no more connections; those that are open stay. */
export interface PortDialer extends AsyncDisposable {
  /**
   * A TCP connection to this port of the process' own loopback. Rejects, in words for a person, when nobody listens there, and at once
   * with the signal's reason when it aborts.
   */
  dial(port: number, signal: AbortSignal): Promise<Duplex>;
}

export interface PortForwarder {
  /** Refuses with a StatusError when the object does not run. */
  openPorts(context: CallContext, name: string): Promise<PortDialer>;
}
