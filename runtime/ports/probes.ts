/**
 * The Probes port: looks at containers from outside, again and again, as a kubelet does.
 *
 * A *probe* is one question (an HTTP request, a TCP connection, a gRPC health check, a command in the container) that is asked of one process
 * every period. Its state changes after so many equal answers in a row as its thresholds say. Whoever keeps a probe hears of changes alone.
 *
 * Network probes are asked by netd from the machine's side of the networks and go on while the daemon is away; a new daemon that keeps the same
 * probe finds its state as it is. Commands, and what is asked inside of a sandbox (`inside`), are asked by the daemon. No probe starts a program
 * of the machine each time: for `inside` one program stays, and only where it is asked for.
 */
export type ProbeAction =
  | {
      readonly type: 'http';
      readonly port: number;
      /** With leading slash and query. */
      readonly path: string;
      /** HTTPS: whoever answers is believed, as a kubelet does. */
      readonly scheme: 'HTTP' | 'HTTPS';
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    }
  | { readonly type: 'tcp'; readonly port: number }
  | { readonly type: 'grpc'; readonly port: number; readonly service: string }
  | { readonly type: 'exec'; readonly command: readonly string[] };

export interface ProbeSpec {
  readonly action: ProbeAction;
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** The process that is asked. Another one means another probe: it starts anew. */
export interface ProbeTarget {
  readonly instanceId: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Where it is reached from this machine; for HTTP it is the Host, too, unless a header says otherwise. */
  readonly address: string;
  /** Ask from within its network namespace: it has no network, or listens on its loopback alone. */
  readonly inside: boolean;
}

export interface ProbeState {
  /** `unknown` until the first threshold is reached. */
  readonly outcome: 'unknown' | 'success' | 'failure';
  /** What the last answer that counted was, for a person; at most 1024 characters. */
  readonly message: string;
}

export interface Probes {
  /** Keeps a probe under this key until it is kept otherwise or removed. The same again: nothing happens. Answers how it stands. */
  keep(key: string, spec: ProbeSpec, target: ProbeTarget): ProbeState;
  remove(key: string): void;
  /** Keys of all that are kept, here and in netd. */
  list(): readonly string[];
  /** Told of every change of a state. */
  subscribe(listener: (key: string) => void): Disposable;
  /** Asks once, for lifecycle hooks: resolves with what a probe would think of the answer. Never rejects but with the signal's reason. */
  ask(
    action: ProbeAction,
    target: ProbeTarget,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<{ readonly success: boolean; readonly message: string }>;
}
