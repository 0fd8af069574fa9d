/**
 * A whole runtime in memory, for controller tests: every port, and `controls` for what happens behind a controller's back.
 * It is trusted because it passes the suites of the real ports (test/suites).
 */
import type { HostFacts } from '../ports/host.ts';
import type { LogRun } from '../ports/logs.ts';
import { FakeContainers, type FakeInstance } from './containers.ts';
import type { FakeImage } from './catalogue.ts';
import { createFakeEvents, type FakeEvents } from './events.ts';
import { createDiskFiles, createMemoryFiles, type FakeFiles } from './files.ts';
import { createGate, type Gate } from './gate.ts';
import { createFakeHost, type FakeHost } from './host.ts';
import { FakeImages } from './images.ts';
import { FakeLogs } from './logs.ts';
import { fakeFacts, type FakeRuntimeOptions } from './options.ts';
import { builtinProgram } from './programs.ts';
import { FakeRegistry } from './registry.ts';
import { FakeSandboxes } from './sandboxes.ts';
import { FakeVolumes } from './volumes.ts';

export interface FakeControls {
  /** The process of this instance ends by itself. */
  exitTask(id: string, code: number): void;
  /** Somebody kills it with a signal, not through the port. */
  killTask(id: string, signal?: number): void;
  /** The kernel's OOM killer takes it. */
  oom(id: string): void;
  /** Somebody deletes the task: exit status and all. */
  deleteTask(id: string): void;
  /** Somebody deletes the record, and its task with it. */
  deleteRecord(id: string): void;
  /** Somebody deletes the image record. */
  deleteImage(name: string): void;
  /** Somebody removes the content behind the image record. */
  damageImage(name: string): void;
  /** What a registry has under this reference. Again with another `version`: the tag has moved. */
  addImage(reference: string, image?: FakeImage): void;
  /** An archive at this path. */
  addArchive(path: string, image?: FakeImage): void;
  /** Output of a process, as if it had written it. */
  print(run: LogRun, stream: 'stdout' | 'stderr', text: string): void;
  /** containerd is down: its ports reject with Unavailable, events stop; back again, `connected` is told. */
  setUnavailable(unavailable: boolean): void;
  /** The next `times` calls of `<port>.<method>` reject. */
  failNext(method: string, error: Error, times?: number): void;
  /** Every call of `<port>.<method>` takes so long. */
  setLatency(method: string, milliseconds: number): void;
  /** Lose the events, as a broken stream would. */
  muteEvents(muted: boolean): void;
  /** The fake's own view of an instance. */
  instance(id: string): FakeInstance | undefined;
  /** Ids of all instances. */
  instanceIds(): readonly string[];
  /** `<port>.<method>` -> how often. */
  readonly calls: ReadonlyMap<string, number>;
  /** Calls that changed something or were meant to. */
  readonly mutations: number;
  resetCounters(): void;
}

export interface FakeRuntime {
  readonly facts: HostFacts;
  readonly files: FakeFiles;
  readonly containers: FakeContainers;
  readonly images: FakeImages;
  readonly events: FakeEvents;
  readonly logs: FakeLogs;
  readonly volumes: FakeVolumes;
  readonly sandboxes: FakeSandboxes;
  readonly registry: FakeRegistry;
  readonly host: FakeHost;
  readonly controls: FakeControls;
}

export function createFakeRuntime(options: FakeRuntimeOptions): FakeRuntime {
  const { clock, timers } = options;
  const facts = fakeFacts(options);
  const files = options.directory === undefined ? createMemoryFiles() : createDiskFiles();
  const gate = createGate(timers);
  const events = createFakeEvents();
  const images = new FakeImages(gate, events, files);
  const logs = new FakeLogs(gate, clock, `${facts.runDirectory}/fifos`);
  const containers = new FakeContainers({
    gate,
    events,
    clock,
    timers,
    program: (args) => options.program?.(args) ?? builtinProgram(args),
    hasChain: (chainId) => images.hasChain(chainId),
    print: (fifo, stream, text) => logs.print(fifo, stream, text),
  });
  return {
    facts,
    files,
    containers,
    images,
    events,
    logs,
    volumes: new FakeVolumes(gate, files, facts, options.allowHostPaths ?? []),
    sandboxes: new FakeSandboxes(gate, files, facts.runDirectory),
    registry: new FakeRegistry(gate),
    host: createFakeHost(files),
    controls: createControls({ gate, events, containers, images, logs }),
  };
}

interface Parts {
  readonly gate: Gate;
  readonly events: FakeEvents;
  readonly containers: FakeContainers;
  readonly images: FakeImages;
  readonly logs: FakeLogs;
}

function createControls({ gate, events, containers, images, logs }: Parts): FakeControls {
  const taskOf = (id: string) => {
    const task = containers.instances.get(id)?.task;
    if (task === undefined) throw new Error(`the fake instance ${id} has no task`);
    return task;
  };
  return {
    exitTask: (id, code) => taskOf(id).exit(code),
    killTask: (id, signal = 9) => taskOf(id).exit(128 + signal),
    oom(id) {
      const task = taskOf(id);
      task.oomKills++;
      containers.emit('/tasks/oom', id);
      task.exit(137);
    },
    deleteTask(id) {
      taskOf(id).exit(137);
      const instance = containers.instances.get(id);
      if (instance !== undefined) instance.task = undefined;
      containers.emit('/tasks/delete', id);
    },
    deleteRecord(id) {
      const instance = containers.instances.get(id);
      containers.instances.delete(id);
      instance?.task?.exit(137);
      containers.emit('/containers/delete', id);
    },
    deleteImage(name) {
      if (images.records.delete(name)) events.emit({ type: 'image', name, topic: '/images/delete' });
    },
    damageImage: (name) => images.damage(name),
    addImage: (reference, image = {}) => void images.remote.set(reference, image),
    addArchive: (path, image = {}) => void images.archives.set(path, image),
    print: (run, stream, text) => logs.printTo(run, stream, text),
    setUnavailable(unavailable) {
      gate.setUnavailable(unavailable);
      events.setConnected(!unavailable);
    },
    failNext: (method, error, times = 1) => gate.failNext(method, error, times),
    setLatency: (method, milliseconds) => gate.setLatency(method, milliseconds),
    muteEvents: (muted) => events.setMuted(muted),
    instance: (id) => containers.instances.get(id),
    instanceIds: () => [...containers.instances.keys()],
    get calls() {
      return gate.calls;
    },
    get mutations() {
      return gate.mutations;
    },
    resetCounters: () => gate.resetCounters(),
  };
}
