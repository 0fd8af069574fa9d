import type { Connections } from '../ports/connections.ts';

/** Nobody is connected to a process unless a test says so. */
export class FakeConnections implements Connections {
  readonly #open = new Set<number>();

  async areOpen(pid: number): Promise<boolean> {
    return this.#open.has(pid);
  }

  /** Somebody is connected to this process from now on, until `close`. */
  open(pid: number): void {
    this.#open.add(pid);
  }

  close(pid: number): void {
    this.#open.delete(pid);
  }
}
