/**
 * The Connections port: whether others still talk to a process, from the kernel's tables of its network namespace. What a process says to itself
 * over its loopback does not count, nor what it began itself.
 */
export interface Connections {
  /** Whether there is a TCP connection to a port that something listens on there. False when there is no such process. */
  areOpen(pid: number): Promise<boolean>;
}
