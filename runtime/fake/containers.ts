import { RuntimeError } from '../errors.ts';
import type {
  Containers,
  ExecProcess,
  ExecRequest,
  InstanceResources,
  InstanceSpec,
  InstanceState,
  TaskInput,
  TaskStdio,
} from '../ports/containers.ts';
import type { FakeEvents } from './events.ts';
import { FakeExec } from './exec.ts';
import type { Gate } from './gate.ts';
import type { FakeClock, FakeTimers } from './options.ts';
import type { FakeProgram } from './programs.ts';
import { FakeTask } from './task.ts';

export interface FakeInstance {
  spec: InstanceSpec;
  labels: Readonly<Record<string, string>>;
  resources: InstanceResources;
  task: FakeTask | undefined;
  /** How its process was started. */
  stdio?: TaskStdio;
  /** Further processes by execId; they end with the task. */
  readonly execs: Map<string, FakeExec>;
}

export interface FakeContainersOptions {
  readonly gate: Gate;
  readonly events: FakeEvents;
  readonly clock: FakeClock;
  readonly timers: FakeTimers;
  readonly program: (args: readonly string[]) => FakeProgram | undefined;
  /** Whether the chain of this image is unpacked. */
  readonly hasChain: (chainId: string) => boolean;
  /** Where a FIFO's bytes go; false: nobody reads it. */
  readonly print: (fifo: string, stream: 'stdout' | 'stderr', text: string) => boolean;
}

/** Instances in a map. What tests do behind the controllers' backs goes through `instances` and `emit`. */
export class FakeContainers implements Containers {
  readonly instances = new Map<string, FakeInstance>();
  /** What the next sweep removes. */
  readonly leftovers = new Set<string>();
  readonly #options: FakeContainersOptions;
  #nextPid = 1000;

  constructor(options: FakeContainersOptions) {
    this.#options = options;
  }

  emit(topic: string, id: string): void {
    this.#options.events.emit({ type: 'instance', id, topic });
  }

  async list(signal?: AbortSignal): Promise<readonly InstanceState[]> {
    await this.#options.gate.pass('containers.list', signal);
    return [...this.instances.values()].map(stateOf);
  }

  async get(id: string, signal?: AbortSignal): Promise<InstanceState | undefined> {
    await this.#options.gate.pass('containers.get', signal);
    const instance = this.instances.get(id);
    return instance === undefined ? undefined : stateOf(instance);
  }

  async create(spec: InstanceSpec, signal?: AbortSignal): Promise<void> {
    await this.#options.gate.pass('containers.create', signal);
    if (this.instances.has(spec.id)) return;
    if (!this.#options.hasChain(spec.root.chainId)) {
      throw new RuntimeError('NotFound', `instance ${spec.id}: image chain ${spec.root.chainId} is not unpacked`, {
        reason: 'ImageNotUnpacked',
      });
    }
    this.instances.set(spec.id, {
      spec,
      labels: spec.labels,
      resources: spec.resources,
      task: undefined,
      execs: new Map(),
    });
  }

  async start(id: string, stdio: TaskStdio, signal?: AbortSignal): Promise<{ readonly pid: number }> {
    await this.#options.gate.pass('containers.start', signal);
    const instance = this.#find(id);
    if (instance.task?.running === true) return { pid: instance.task.pid };
    if (instance.task !== undefined) {
      throw new RuntimeError(
        'FailedPrecondition',
        `instance ${id} has a stopped task: delete it before the next start`,
        {
          reason: 'TaskStopped',
        },
      );
    }
    const program = this.#program(instance.spec.process.args);
    instance.stdio = stdio;
    instance.task = this.#startTask(instance, program, stdio);
    this.emit('/tasks/start', id);
    return { pid: instance.task.pid };
  }

  #startTask({ spec: { id }, execs }: FakeInstance, program: FakeProgram, stdio: TaskStdio): FakeTask {
    const { clock, timers, print } = this.#options;
    if (!print(stdio.stdout, 'stdout', '')) {
      throw new RuntimeError('DeadlineExceeded', `instance ${id}: nobody reads ${stdio.stdout}`);
    }
    return new FakeTask({
      pid: this.#nextPid++,
      program,
      clock,
      timers,
      print: (stream, text) => print(stream === 'stderr' ? (stdio.stderr ?? stdio.stdout) : stdio.stdout, stream, text),
      onExit: () => {
        for (const exec of execs.values()) exec.kill();
        this.emit('/tasks/exit', id);
      },
    });
  }

  async exec(id: string, request: ExecRequest, signal?: AbortSignal): Promise<ExecProcess> {
    await this.#options.gate.pass('containers.exec', signal);
    const instance = this.#find(id);
    const { execs, task } = instance;
    const { execId } = request;
    if (task?.running !== true) {
      const text = `no process can be started in instance ${id}: it does not run`;
      throw new RuntimeError('FailedPrecondition', text);
    }
    if (execs.has(execId)) throw new RuntimeError('AlreadyExists', `instance ${id} has a process ${execId} already`);
    const program = this.#program(request.args);
    const { clock, timers } = this.#options;
    const pid = this.#nextPid++;
    const exec = new FakeExec({ pid, program, clock, timers, request, onGone: () => void execs.delete(execId) });
    execs.set(execId, exec);
    return exec;
  }

  async input(id: string, signal?: AbortSignal): Promise<TaskInput> {
    await this.#options.gate.pass('containers.input', signal);
    const { task, stdio, spec } = this.#find(id);
    if (task?.running !== true || stdio?.stdin !== true) {
      const text = `instance ${id} ${task?.running === true ? 'was started without an input' : 'does not run'}`;
      throw new RuntimeError('FailedPrecondition', text);
    }
    const copies = this.#options.program(spec.process.args)?.copiesInput === true;
    return {
      write: async (bytes) => {
        if (copies && task.running) this.#options.print(stdio.stdout, 'stdout', Buffer.from(bytes).toString());
      },
      close: async () => {
        if (copies) task.exit(0);
      },
      [Symbol.dispose]: () => undefined,
    };
  }

  /** No fake program looks at its terminal. */
  async resize(): Promise<void> {
    await this.#options.gate.pass('containers.resize');
  }

  #program(args: readonly string[]): FakeProgram {
    const program = this.#options.program(args);
    if (program !== undefined) return program;
    throw new RuntimeError('InvalidArgument', `command ${JSON.stringify(args[0] ?? '')} is not in the image`, {
      reason: 'CommandNotFound',
    });
  }

  async kill(id: string, signal: number): Promise<void> {
    await this.#options.gate.pass('containers.kill');
    this.instances.get(id)?.task?.signal(signal);
  }

  async oomKills(id: string): Promise<number> {
    await this.#options.gate.pass('containers.oomKills');
    return this.instances.get(id)?.task?.oomKills ?? 0;
  }

  async deleteTask(id: string): Promise<void> {
    await this.#options.gate.pass('containers.deleteTask');
    const instance = this.instances.get(id);
    if (instance?.task === undefined) return;
    if (instance.task.running) {
      throw new RuntimeError('FailedPrecondition', `instance ${id} still runs: kill it before its task is deleted`, {
        reason: 'TaskRunning',
      });
    }
    instance.task = undefined;
    this.emit('/tasks/delete', id);
  }

  async delete(id: string): Promise<void> {
    await this.#options.gate.pass('containers.delete');
    const instance = this.instances.get(id);
    if (instance === undefined) return;
    this.instances.delete(id);
    instance.task?.exit(137);
    this.emit('/containers/delete', id);
  }

  async updateResources(id: string, resources: InstanceResources): Promise<void> {
    await this.#options.gate.pass('containers.updateResources');
    this.#find(id).resources = resources;
    this.emit('/containers/update', id);
  }

  async updateLabels(id: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await this.#options.gate.pass('containers.updateLabels');
    const instance = this.#find(id);
    instance.labels = { ...instance.labels, ...labels };
    this.emit('/containers/update', id);
  }

  async sweep(signal?: AbortSignal): Promise<readonly string[]> {
    await this.#options.gate.pass('containers.sweep', signal);
    const removed = [...this.leftovers].toSorted();
    this.leftovers.clear();
    return removed;
  }

  #find(id: string): FakeInstance {
    const instance = this.instances.get(id);
    if (instance === undefined) throw new RuntimeError('NotFound', `there is no instance ${id}`);
    return instance;
  }
}

function stateOf(instance: FakeInstance): InstanceState {
  const { spec, labels, task } = instance;
  return {
    id: spec.id,
    owner: spec.owner,
    labels,
    manifestDigest: spec.root.manifestDigest,
    ...(task === undefined ? {} : { task: task.state }),
  };
}
