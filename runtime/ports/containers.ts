/**
 * The Containers port: instances and their processes.
 *
 * Vocabulary. An *instance* is one container record in the runtime: a root file system (a snapshot on an image's
 * chain), a spec, labels. Its id is the owner's uid plus a revision, so the same wish always has the same name and a
 * repeated create is a no-op. A *task* is the instance's process; an instance has none or one. Restarting is a new task on
 * the same instance; replacing is another instance.
 *
 * Lifecycle. create -> start -> (process runs) -> exit -> deleteTask -> start again | delete. A stopped task still holds its
 * exit status, its cgroup (OOM count) and unread output: read those, then deleteTask.
 *
 * Idempotency. `create` of an id that is there is success and changes nothing; `start` of a running task answers its pid;
 * `kill`, `deleteTask` and `delete` of what is gone are success. So a crash between any two calls is mended by asking
 * again. An adapter holds whatever leases or roots keep the runtime's garbage collector away in between.
 *
 * Further processes. `exec` starts one more process beside a running task, in the same namespaces, cgroup and root, with the instance's own
 * environment, working directory, user, capabilities and seccomp profile unless the request says otherwise. It belongs to whoever
 * asked: its `execId` is unique within the instance, its streams are the answer, and disposing of the answer kills it. It ends in one of
 * four ways, and after each nothing of it is left (process, record, FIFOs): it exits; the task exits, which takes it along; the
 * caller lets go; this program dies, after which the next one's `sweep` finds it. Its exit is told after its last output has been
 * handed out: `for await (const chunk of process.stdout)` ends, then `await process.exited` answers without waiting. Nobody needs to read:
 * what is not read waits in the pipe and holds the process up, as a pipe does; memory stays bounded in both directions.
 * With a terminal both streams are one (`stdout`), the input's end is a byte that the terminal's driver reads (Ctrl-D, 0x04), and
 * `closeInput` sends it; without one `closeInput` closes the pipe.
 *
 * Everything made here carries the owner and the store identity as labels; `list` answers only things of our identity.
 */

/** Whose thing it is, also in the runtime's labels. */
export interface Owner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface RootFilesystem {
  /** Top chain id of the image (sha256:…), as Images reports it. */
  readonly chainId: string;
  /** The platform manifest, kept in the content store for as long as the instance exists. */
  readonly manifestDigest: string;
  readonly snapshotter: string;
  readonly readOnly: boolean;
}

export interface InstanceMount {
  /** `bind` of a host path, or a fresh `tmpfs`. */
  readonly type: 'bind' | 'tmpfs';
  readonly source: string;
  readonly destination: string;
  readonly readOnly: boolean;
  /** tmpfs only. */
  readonly sizeBytes?: number;
}

/** Limits in the kernel's units; absent means none. */
export interface InstanceResources {
  readonly memoryBytes?: number;
  /** Thousandths of a core. */
  readonly cpuMillis?: number;
  /** Relative weight in cgroup v1's scale (2 to 262144). */
  readonly cpuShares?: number;
  readonly pids?: number;
}

export interface InstanceUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
}

/** A limit of getrlimit(2), as ulimit(1) calls it; -1 is none. */
export interface InstanceUlimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** A device node of the machine, or all in a directory of them. */
export interface InstanceDevice {
  /** Real path below /dev. */
  readonly source: string;
  readonly destination: string;
  /** Of `r`, `w`, `m`. */
  readonly permissions: string;
}

export interface InstanceSpec {
  readonly id: string;
  readonly owner: Owner;
  /** The caller's own labels (hashes); the adapter adds identity and owner. */
  readonly labels: Readonly<Record<string, string>>;
  readonly root: RootFilesystem;
  readonly process: {
    readonly args: readonly string[];
    /** NAME=value. */
    readonly env: readonly string[];
    readonly cwd: string;
    readonly user: InstanceUser;
    readonly terminal: boolean;
    /** In the place of the default ones of the same name. */
    readonly ulimits?: readonly InstanceUlimit[];
  };
  readonly security: {
    readonly privileged: boolean;
    readonly noNewPrivileges: boolean;
    /** Effective set, CAP_… names, sorted. Ignored when privileged. */
    readonly capabilities: readonly string[];
    readonly seccomp: 'RuntimeDefault' | 'Unconfined';
  };
  readonly mounts: readonly InstanceMount[];
  readonly devices?: readonly InstanceDevice[];
  /** Of namespaces that are its own. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** The machine's processes, instead of a namespace of its own. */
  readonly hostPid?: boolean;
  /** The machine's System V IPC, message queues and shared memory. */
  readonly hostIpc?: boolean;
  readonly resources: InstanceResources;
  readonly hostname: string;
  /** Where the network namespace comes from; `none` without a path: the runtime makes an empty one. */
  readonly sandbox: { readonly mode: 'none' | 'host' | 'cni' | 'shared'; readonly netnsPath?: string };
  /** Run our static init as pid 1. */
  readonly init: boolean;
}

export interface TaskState {
  readonly status: 'created' | 'running' | 'stopped' | 'paused' | 'unknown';
  readonly pid: number;
  /** When stopped: 0 to 255; 128 + n for signal n. */
  readonly exitCode?: number;
  /** When stopped: RFC 3339 with nanoseconds. */
  readonly exitedAt?: string;
}

export interface InstanceState {
  readonly id: string;
  readonly owner: Owner;
  readonly labels: Readonly<Record<string, string>>;
  readonly manifestDigest?: string;
  readonly task?: TaskState;
}

export interface TaskStdio {
  /** FIFO paths that a reader holds open already: without one the runtime would hang for ever. */
  readonly stdout: string;
  /** Absent with a terminal: both streams arrive on stdout. */
  readonly stderr?: string;
  /** The process reads what `input` writes, and waits for it. Without it, it reads the end of its input at once. */
  readonly stdin?: boolean;
}

/** The input of a task. Disposing lets go of it: the process waits for whoever comes next. */
export interface TaskInput extends Disposable {
  /** Resolves when more can be taken. Ignored when the process, or its input, has ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the input for good; what was written before arrives first. Idempotent. With a terminal it would hang up on the process. */
  close(): Promise<void>;
}

export type Signal = number;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ExecRequest {
  /** Unique among the processes of the instance: letters, digits, `.`, `_`, `-`, at most 64. */
  readonly execId: string;
  /** At least one; the first is looked up in the PATH of the process. */
  readonly args: readonly string[];
  /** NAME=value; on top of the instance's own, of which the same names are replaced. */
  readonly env?: readonly string[];
  /** Default: the instance's. */
  readonly cwd?: string;
  /** Default: the instance's. Another one loses the capabilities that its uid does not get by itself. */
  readonly user?: InstanceUser;
  readonly terminal: boolean;
  /** Without it the process reads the end of its input at once. */
  readonly stdin: boolean;
}

/** A process that somebody far away talks to. Disposing kills it, if it still runs, and waits until nothing of it is left. */
export interface ExecProcess extends AsyncDisposable {
  /** Output until the last writer has closed it; with a terminal all of it. Iterated at most once; a chunk is the reader's own. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Empty with a terminal. */
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when more can be taken. Ignored when the process, or its input, has ended. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more input; what was written before arrives first. Idempotent. */
  closeInput(): Promise<void>;
  /** Ignored without a terminal, and when the process has ended. */
  resize(size: TerminalSize): Promise<void>;
  /** 0 to 255; 128 + n for signal n. Rejects with RuntimeError when the process was lost (Unavailable: the runtime does not answer). */
  readonly exited: Promise<{ readonly exitCode: number }>;
}

export interface Containers {
  /** All instances of our identity with their tasks: two or three calls, however many there are. */
  list(signal?: AbortSignal): Promise<readonly InstanceState[]>;
  get(id: string, signal?: AbortSignal): Promise<InstanceState | undefined>;
  create(spec: InstanceSpec, signal?: AbortSignal): Promise<void>;
  /** Rejects with InvalidArgument when the command cannot be run (not found, not executable), leaving no task. */
  start(id: string, stdio: TaskStdio, signal?: AbortSignal): Promise<{ readonly pid: number }>;
  /**
   * Starts a further process in the running task. Rejects: NotFound (no such instance), FailedPrecondition (no task runs, or it
   * is paused), InvalidArgument (the command cannot be run: not found, not executable, no such directory), AlreadyExists (the execId is in use).
   * The signal ends the start; later it means nothing: dispose.
   */
  exec(id: string, request: ExecRequest, signal?: AbortSignal): Promise<ExecProcess>;
  /**
   * The input of the task itself, as long as it runs; it survives this program. Rejects with FailedPrecondition when no task runs, or it was
   * started without `stdin`.
   */
  input(id: string, signal?: AbortSignal): Promise<TaskInput>;
  /** Size of the terminal of the task itself. Success when there is no task or no terminal. */
  resize(id: string, size: TerminalSize): Promise<void>;
  /** To init alone, or to every process of the container. */
  kill(id: string, signal: Signal, options?: { readonly all?: boolean }): Promise<void>;
  /** How many processes the kernel's OOM killer took in this task's cgroup; 0 when unknown. Before deleteTask. */
  oomKills(id: string): Promise<number>;
  deleteTask(id: string): Promise<void>;
  /** The record, its snapshot, its leases; kills and deletes a task that is left. */
  delete(id: string): Promise<void>;
  /** Changes limits of the running task and of the record; rejects with InvalidArgument when the kernel refuses. */
  updateResources(id: string, resources: InstanceResources): Promise<void>;
  /** Merges into the record's labels. */
  updateLabels(id: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Removes leftovers of our identity that no instance explains (snapshots, leases), and processes and FIFOs of `exec` that an earlier
   * program left behind. Names what it removed.
   */
  sweep(signal?: AbortSignal): Promise<readonly string[]>;
}
