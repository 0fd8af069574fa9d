/**
 * A whole runtime in memory, for controller tests: every port, and `controls` for what happens behind a controller's back.
 * It is trusted because it passes the suites of the real ports (test/suites).
 */
import type { HostFacts } from '../ports/host.ts';
import type { LogRun } from '../ports/logs.ts';
import { FakeBuildContexts } from './build-contexts.ts';
import { FakeBuildLogs } from './build-logs.ts';
import { FakeBuilders } from './builders.ts';
import { FakeConnections } from './connections.ts';
import { FakeContainers, type FakeInstance } from './containers.ts';
import type { FakeImage } from './catalogue.ts';
import { createFakeEvents, type FakeEvents } from './events.ts';
import { createDiskFiles, createMemoryFiles, type FakeFiles } from './files.ts';
import { createGate, type Gate } from './gate.ts';
import { createFakeHost, type FakeHost } from './host.ts';
import { FakeImages } from './images.ts';
import { FakeLogs } from './logs.ts';
import { FakeManifestFiles } from './manifest-files.ts';
import { fakeFacts, type FakeRuntimeOptions } from './options.ts';
import { FakeNetworks } from './networks.ts';
import { FakeProbes, type FakeAnswer } from './probes.ts';
import { builtinProgram } from './programs.ts';
import { FakePublications } from './publications.ts';
import { FakeRegistry } from './registry.ts';
import { FakeSandboxes } from './sandboxes.ts';
import { FakeSyncRevisions } from './sync-revisions.ts';
import { FakeSyncSources } from './sync-sources/create.ts';
import { FakeVolumes } from './volumes.ts';

export interface FakeControls {
  /** The process of this instance ends by itself. */
  exitTask(id: string, code: number): void;
  /** Somebody kills it with a signal, not through the port. */
  killTask(id: string, signal?: number): void;
  /** The kernel's OOM killer takes it. */
  oom(id: string): void;
  /** The kernel's OOM killer takes another process of it. */
  oomOfChild(id: string): void;
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
  /** A build's result with this digest, for a fake builder that writes nothing. */
  addResult(digest: string, image?: FakeImage): void;
  /** Output of a process, as if it had written it. */
  print(run: LogRun, stream: 'stdout' | 'stderr', text: string): void;
  /** A stranger has this port, of every protocol. */
  occupyPort(port: number, holder: string): void;
  freePort(port: number): void;
  /** Whoever has published it loses it to somebody, and is told. */
  losePort(port: number, holder: string): void;
  /** A route of the machine, for instance, leads there. */
  occupyRange(subnet: string, holder: string): void;
  freeRange(subnet: string): void;
  /** Somebody deletes the bridge of this network. */
  loseBridge(uid: string): void;
  /** Names of this network are not answered from now on, or are again. */
  breakDns(uid: string, reason: string, message: string): void;
  mendDns(uid: string): void;
  /** What a probe of this key, or of any process of this instance, hears from now on. */
  answerProbe(keyOrInstance: string, answer: FakeAnswer, message?: string): void;
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
  readonly connections: FakeConnections;
  readonly containers: FakeContainers;
  readonly images: FakeImages;
  readonly events: FakeEvents;
  readonly logs: FakeLogs;
  readonly buildContexts: FakeBuildContexts;
  readonly buildLogs: FakeBuildLogs;
  readonly builders: FakeBuilders;
  readonly manifestFiles: FakeManifestFiles;
  readonly volumes: FakeVolumes;
  readonly networks: FakeNetworks;
  readonly sandboxes: FakeSandboxes;
  readonly publications: FakePublications;
  readonly probes: FakeProbes;
  readonly registry: FakeRegistry;
  readonly syncRevisions: FakeSyncRevisions;
  readonly syncSources: FakeSyncSources;
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
  const networks = new FakeNetworks(gate, facts.storeIdentity);
  const sandboxes = new FakeSandboxes(gate, files, networks, facts.runDirectory);
  const publications = new FakePublications(gate, sandboxes);
  const probes = new FakeProbes(gate, timers);
  return {
    facts,
    files,
    connections: new FakeConnections(),
    containers,
    images,
    events,
    logs,
    buildContexts: new FakeBuildContexts(gate),
    buildLogs: new FakeBuildLogs(gate),
    builders: new FakeBuilders(gate, images),
    manifestFiles: new FakeManifestFiles(gate),
    volumes: new FakeVolumes(gate, files, facts, options.allowHostPaths ?? []),
    networks,
    sandboxes,
    publications,
    probes,
    registry: new FakeRegistry(gate),
    syncRevisions: new FakeSyncRevisions(),
    syncSources: new FakeSyncSources({ gate, files, root: `${facts.dataDirectory}/sync-sources` }),
    host: createFakeHost(files),
    controls: createControls({ gate, events, containers, images, logs, networks, publications, probes }),
  };
}

interface Parts {
  readonly gate: Gate;
  readonly events: FakeEvents;
  readonly containers: FakeContainers;
  readonly images: FakeImages;
  readonly logs: FakeLogs;
  readonly networks: FakeNetworks;
  readonly publications: FakePublications;
  readonly probes: FakeProbes;
}

function createControls(parts: Parts): FakeControls {
  const { gate, events, containers, images, logs } = parts;
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
    oomOfChild(id) {
      taskOf(id).oomKills++;
      containers.emit('/tasks/oom', id);
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
    addResult: (digest, image = {}) => void images.results.set(digest, image),
    print: (run, stream, text) => logs.printTo(run, stream, text),
    ...networkControls(parts),
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

function networkControls({ networks, publications, probes }: Parts) {
  return {
    occupyPort: (port, holder) => void publications.strangers.set(port, holder),
    freePort: (port) => void publications.strangers.delete(port),
    losePort: (port, holder) => publications.lose(port, holder),
    occupyRange: (subnet, holder) => void networks.ranges.set(subnet, { subnet, holder }),
    freeRange: (subnet) => void networks.ranges.delete(subnet),
    loseBridge: (uid) => networks.loseBridge(uid),
    breakDns: (uid, reason, message) => void networks.dns.set(uid, { available: false, reason, message }),
    mendDns: (uid) => void networks.dns.delete(uid),
    answerProbe: (keyOrInstance, answer, message = answer) => probes.answer(keyOrInstance, answer, message),
  } satisfies Partial<FakeControls>;
}
