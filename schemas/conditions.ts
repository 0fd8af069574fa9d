/**
 * Every condition type and every reason that a status, an outcome or an Event of ours carries. A new one is one line
 * here; a test keeps the names in CamelCase and the lists free of doubles.
 */

/** What a condition type means, and who sets it. */
export interface ConditionType {
  readonly meaning: string;
  /** `positive`: True is good. `negative`: present only while something is not as wanted. */
  readonly polarity: 'positive' | 'negative';
  /** The component that sets it: the engine for every kind, or one controller. */
  readonly setBy: 'engine' | 'container' | 'image' | 'build' | 'builder' | 'volume' | 'network' | 'namespace';
}

/** Condition types. The first three have kstatus' meaning: clients wait on them without knowing the kind. */
export const CONDITION_TYPES = {
  Ready: condition('The object is what its spec says, and can be used.', 'positive', 'engine'),
  Reconciling: condition('Work is under way, or waits for something that heals by itself.', 'negative', 'engine'),
  Stalled: condition('Nothing more happens until a person acts or the spec changes.', 'negative', 'engine'),
  ResourcesApplied: condition('The limits of the spec are in force on the running container.', 'positive', 'container'),
  ConfigurationCurrent: condition(
    'Its files and variables are those that its ConfigMaps and Secrets hold now.',
    'positive',
    'container',
  ),
  PortsPublished: condition('The ports of the spec lead to it, each of them.', 'positive', 'container'),
  NetworksAttached: condition('It is in the networks of its spec.', 'positive', 'container'),
  RolledOut: condition('It runs what the spec of now says, and that was ready.', 'positive', 'container'),
  DNSReady: condition('Names are answered on the network.', 'positive', 'network'),
  Pulled: condition('The image of the present spec is in the store.', 'positive', 'image'),
  BuildCurrent: condition('The result in use was built from what goes in now.', 'positive', 'build'),
  BasesCurrent: condition('The digests of the base images are those of now.', 'positive', 'build'),
  Pruned: condition('The build cache was made as small as the policy says when it was due.', 'positive', 'builder'),
  LintClean: condition('The linter of the front end had nothing to say.', 'positive', 'build'),
  Populated: condition("The volume got the image's content at its first use.", 'positive', 'volume'),
  NamespaceDeletionDiscoveryFailure: condition('Not all kinds could be listed.', 'negative', 'namespace'),
  NamespaceDeletionGroupVersionParsingFailure: condition('A kind has an unreadable version.', 'negative', 'namespace'),
  NamespaceDeletionContentFailure: condition('Some content could not be deleted.', 'negative', 'namespace'),
  NamespaceContentRemaining: condition('Some content is still there.', 'negative', 'namespace'),
  NamespaceFinalizersRemaining: condition('Some content waits for its finalizers.', 'negative', 'namespace'),
} as const satisfies Readonly<Record<string, ConditionType>>;

function condition(meaning: string, polarity: ConditionType['polarity'], setBy: ConditionType['setBy']): ConditionType {
  return { meaning, polarity, setBy };
}

/** Every reason with its meaning. Kubernetes' own word is used wherever it has one. */
export const REASON_MEANINGS = {
  // Any kind.
  Succeeded: 'All is as wanted.',
  Progressing: 'Work is under way.',
  Deleting: 'The object is being deleted and releases what it holds.',
  DependencyNotReady: 'Another object that this one needs is not ready.',
  InvalidSpec: 'The spec asks for something that cannot be; the message says which field.',
  NodeMismatch: 'The object belongs to another machine.',
  RuntimeUnavailable: 'containerd does not answer. What was last seen stays in status.',
  ContainerdMissing: 'There is no containerd program on this machine.',
  RuntimeTooOld: 'The containerd is older than what is needed.',
  NamespaceTaken: "The runtime's namespace of this store belongs to another one.",
  StoreUnavailable: 'The store of objects takes no writes at present.',
  ReconcileError: 'An unexpected error; it is tried again.',
  DiskFull: 'A disk that is needed has no room left.',
  PermissionDenied: 'The machine refused it to the user that the daemon runs as.',
  InUse: 'Something else still holds it, so it cannot go.',
  Timeout: 'It did not happen within its time; it is tried again.',
  Conflict: 'The object changed in between; it is tried again.',
  TooManyDifferences: 'More would be removed than is plausible, so nothing is; a person must look.',

  // Images.
  Resolving: 'The registry is asked what the reference stands for.',
  ImagePulling: 'The image is being fetched.',
  Pulling: 'The image is being fetched (Event).',
  Pulled: 'The image is here.',
  Loading: 'The archive is being read.',
  Loaded: 'The image was read from its archive.',
  Unpacking: 'The layers are being unpacked.',
  ImageNotReady: 'The image is not here yet.',
  ErrImagePull: 'The last try to fetch the image failed.',
  ImagePullBackOff: 'Waiting before the next try to fetch the image.',
  ErrImageNeverPull: 'The image is not here, and the pull policy is Never.',
  InvalidImageName: 'The reference cannot be read as one.',
  ImageNotFound: 'The registry does not have it, or hides it from us.',
  Unauthorized: 'The registry refused the credentials, or wants some.',
  RegistryUnavailable: 'The registry cannot be reached, or answers with errors.',
  RateLimited: 'The registry asks us to slow down.',
  DigestMismatch: 'The content is not what its digest says.',
  UnsupportedImage: 'The manifest or a layer has a media type that is not supported.',
  PlatformNotFound: 'The image is not there for the platform.',
  ArchiveNotFound: 'There is no archive at the path.',
  ArchiveInvalid: 'The file is no image archive.',
  ArchiveBroken: 'The archive is cut off or damaged.',
  ImageNotInArchive: 'The archive has no image of the name.',
  ImageAmbiguous: 'The archive has several images; `select` says which one.',
  ImageNotUnpacked: 'The layers of the image are not unpacked yet.',
  UnpackFailed: 'A layer could not be unpacked.',

  // Builds.
  Built: 'It was built from what goes in now.',
  Building: 'BuildKit is at it.',
  BuildPending: 'It waits for its turn.',
  BuildFailed: 'A step failed; a change of what goes in is another try.',
  BuildCancelled: 'It was cancelled.',
  BuildSuperseded: 'What goes in changed while it was built, so it was begun anew.',
  BuildInterrupted: 'The daemon or the builder ended while it was built; it is begun anew.',
  BuildTimeout: 'It took longer than activeDeadlineSeconds.',
  BuildSuspended: 'Nothing is built while `suspend` is set.',
  BuildReverted: 'A former result is in use, as `revertTo` says.',
  ResultNotFound: 'There is no result of the number in the history.',
  ResultLost: 'The image that was built is gone from the store; it is built again.',
  DockerfileInvalid: 'The Dockerfile cannot be read; the message says where.',
  DockerfileNotFound: 'There is no Dockerfile at the path.',
  StageNotFound: 'The Dockerfile has no such stage.',
  SourceNotFound: 'COPY or ADD names what is not in the context.',
  FrontendUnavailable: 'The image of the front end cannot be had.',
  BaseImageUnavailable: 'A base image cannot be had; it is tried again.',
  ContextNotFound: 'The context is not there.',
  ContextUnreadable: 'A part of the context cannot be read; the message says which.',
  ContextTooLarge: 'The archive of the context has more bytes than are taken; the message says how many.',
  ContextChanged: 'The context changed while it was sent; it is built again.',
  ContextFetchFailed: 'The repository or archive of the context cannot be fetched; it is tried again.',
  GitNotFound: 'The git program is not on this machine.',
  BuildNotFound: 'There is no Build of the name.',
  BuildNotReady: 'The Build has no result yet.',
  BuilderNotFound: 'There is no Builder of the name.',
  BuilderNotReady: 'The Builder is not ready.',
  BuilderUnavailable: 'The builder does not answer; it is tried again.',
  BuilderTooOld: 'The builder cannot do what is asked for.',
  BuilderStarting: 'The builder is being started.',
  BuilderIdle: 'The managed builder is stopped until a Build needs it.',
  BuilderFound: 'A builder was found, and answers.',
  NoBuilder: 'Neither buildkitd nor dockerd is on this machine.',
  EntitlementNotAllowed: 'The daemon does not allow the entitlement; start it with --allow-build-entitlement.',
  ReferenceTaken: 'Another Build pushes to the same reference; only one of them may.',
  PushFailed: 'The registry did not take the image.',
  OutputFailed: 'An output could not be written; the message says which.',
  TooManyIgnorePatterns: 'The ignore file has more patterns than fit into one request.',
  Linted: 'The linter had nothing to say.',
  LintWarnings: 'The linter of the front end found something; the build went on.',
  BasesChecked: 'The base images were asked for.',
  BaseChanged: 'A base image stands for something else now (Event).',
  BaseCheckFailed: 'A registry did not answer; what was last known counts.',
  Pruned: 'Old build cache was removed.',
  PruneFailed: 'Old build cache could not be removed; it is tried again.',

  // Containers.
  Creating: 'The container is being created.',
  ContainerCreating: 'The container is being created (waiting reason).',
  Created: 'The container was created.',
  Starting: 'The process is being started.',
  Started: 'The process was started.',
  Running: 'The process runs.',
  Stopping: 'The process was asked to stop.',
  Stopped: 'The process was stopped.',
  Killing: 'The process is being ended (Event).',
  Killed: 'The process was ended by a signal.',
  Replacing: 'A changed spec needs another container; the present one is being replaced.',
  Replaced: 'The container was replaced because its spec changed.',
  Repaired: 'The container was not what the spec says, and is now.',
  Adopted: 'A container that ran before the daemon was found and kept.',
  Updated: 'The running container was changed in place.',
  Completed: 'The process ended with exit code 0.',
  Error: 'The process ended with another exit code than 0.',
  OOMKilled:
    'The kernel ended a process because the memory limit was reached; as an Event: perhaps another one than the first, which then runs on.',
  CrashLoopBackOff: 'It fails again and again; waiting before the next start.',
  BackOff: 'Waiting before the next start (Event).',
  CreateError: 'The container could not be created.',
  StartError: 'The process could not be started.',
  CommandNotFound: 'The command is not in the image.',
  CommandNotExecutable: 'The command is there but cannot be executed.',
  TaskLost: 'The task vanished without an exit status.',
  InstanceLost: 'The container was deleted behind our back.',
  InstanceChanged: 'The container was changed behind our back.',
  ResourcesRefused: 'The kernel refused the limits; the container runs with those it had.',
  LimitRefused: 'The kernel refused a limit, so the process was not started.',
  WorkingDirectoryInvalid: 'The working directory cannot be entered.',
  TaskRunning: 'The process still runs, so the container cannot be deleted yet.',
  TaskStopped: 'The process has ended already.',
  TaskPaused: 'The process is paused, so nothing can be started beside it.',
  UserNotFound: "The user or group is not in the image's passwd or group file.",
  RunAsNonRootViolation: 'The process would run as user 0, and runAsNonRoot forbids it.',
  ConfigMapNotFound: 'A ConfigMap that is needed is not there.',
  SecretNotFound: 'A Secret that is needed is not there.',
  KeyNotFound: 'A ConfigMap or Secret lacks a key that is needed.',
  FieldPathInvalid: 'A fieldRef names a field that cannot be read.',
  CreateContainerConfigError: 'Environment or files cannot be put together; the message says which part.',
  SubPathInvalid: 'A subPath leads out of its volume.',
  BundleLeftBehind: 'A killed containerd left half of the container behind; it is taken away and tried again.',
  LogUnavailable: 'The log process does not answer, so nothing is started.',

  // Health and order.
  Ready: 'It can serve.',
  Unhealthy: 'A probe failed (Event), or had the process ended.',
  ContainersNotReady: 'Its readinessProbe does not succeed.',
  NotStarted: 'It runs, and has not started yet: its startupProbe or its hook is under way.',
  FailedPostStartHook: 'The hook after its start failed, so it is started again.',
  FailedPreStopHook: 'The hook before its end failed; it is stopped all the same.',
  Flapping: 'Probes ended it too often; waiting longer before the next start.',
  DependencyCycle: 'Objects wait for each other in a circle; the message shows it.',
  DependencyFailed: 'An object that this one waits for cannot become what is waited for.',
  DependencyRestarted: 'An object that this one depends on was started again.',
  ConfigurationChanged: 'A ConfigMap or Secret that it uses changed.',
  ConfigurationHookFailed: 'What was to follow a changed ConfigMap or Secret failed (Event).',
  SubPathNotFollowed: 'A ConfigMap or Secret changed, and a subPath mount shows what it held at the start.',

  // Rollouts.
  RolloutComplete: 'The new revision was ready for as long as asked, and serves.',
  RolloutPaused: 'The change waits until `paused` is taken away.',
  RolloutProgressing: 'The new revision is on its way.',
  ProgressDeadlineExceeded: 'The new revision was not ready in time.',
  NotStartFirst: 'The old instance is stopped first, though StartFirst was asked for.',
  RolledBack: 'The new revision was not ready in time, and the last good one runs again.',
  RevisionNotFound:
    'The revision that runs in place of the one of the spec was deleted: what runs is looked after, and not replaced before it ends.',
  Draining: 'The former instance serves what was established, and gets nothing new.',

  // Networks.
  Allocated: 'The network has its addresses.',
  NetworkNotFound: 'There is no Network of the name.',
  NetworkNotReady: 'The Network is not ready.',
  SubnetOverlap: 'The subnet lies over another network or over a route of this machine.',
  NoFreeSubnet: 'No range of addresses is free for the network.',
  NoFreeAddress: 'The network has no address left.',
  AddressTaken: 'The address belongs to another container.',
  AddressOutside: 'The address is not one that the network can give.',
  ParentNotFound: 'The machine has no such interface.',
  CniConfigInvalid: 'The CNI configuration cannot be used.',
  CniPluginMissing: 'A CNI plugin is not on this machine.',
  CniFailed: 'A CNI plugin failed.',
  FirewallFailed: 'The rules of the firewall could not be changed.',
  NetworkMoved: 'A picked subnet collided with a route of this machine, so another one was picked.',
  SandboxNotFound: 'The container whose network is shared is not there, or has none of its own.',
  Published: 'The ports lead to it.',
  PortTaken: 'Somebody else has the port; the message says who. It is tried again.',
  PortUnsupported: 'The port cannot be published as asked.',
  NoAddress: 'It has no address that can be reached from outside.',
  Attached: 'It is in its networks.',
  Answering: 'Names are answered.',
  DNSUnsupported: 'Names cannot be answered on this kind of network.',
  DNSPortTaken: 'Somebody else answers at port 53 of the gateway.',
  NetworkHelperUnavailable: 'netd does not answer.',
  NetworkHelperFull: 'netd cannot hold more names or ports than it has.',

  // Volumes.
  Provisioned: 'The storage is there.',
  Provisioning: 'The storage is being made.',
  Populated: "The volume got the image's content.",
  PopulateFailed: "The image's content could not be copied.",
  Retained: 'The object is gone and its data stays, as its policy says.',
  VolumeNotFound: 'There is no Volume of the name.',
  VolumeNotReady: 'The Volume is not ready.',
  VolumeDataMissing: 'The directory that held the data is gone.',
  HostPathNotAllowed: 'The daemon does not allow the path; start it with --allow-host-path.',
  HostPathNotFound: 'There is nothing at the path.',
  HostPathWrongType: 'There is something else at the path than `type` says.',
  MountFailed: 'The mount was refused.',

  // Namespaces.
  ContentDeleted: 'All content is deleted.',
  ContentDeletionFailed: 'Some content could not be deleted.',
  ContentHasNoFinalizers: 'No content waits for finalizers.',
  ContentRemoved: 'No content is left.',
  SomeFinalizersRemain: 'Some content waits for its finalizers.',
  SomeResourcesRemain: 'Some content is still there.',
  ResourcesDiscovered: 'All kinds could be listed.',
  DiscoveryFailed: 'Not all kinds could be listed.',
  ParsedGroupVersions: 'Every kind has a readable version.',
  GroupVersionParsingFailed: 'A kind has an unreadable version.',
} as const satisfies Readonly<Record<string, string>>;

/** Any reason of the table. */
export type Reason = keyof typeof REASON_MEANINGS;

/** `REASONS.ImagePullBackOff` is `'ImagePullBackOff'`: a name that the compiler checks. */
export const REASONS: { readonly [R in Reason]: R } = Object.freeze(
  Object.fromEntries(Object.keys(REASON_MEANINGS).map((reason) => [reason, reason])) as { [R in Reason]: R },
);

/** True for a reason of the table; a name such as `toString` is none. */
export function isReasonName(text: string): text is Reason {
  return Object.hasOwn(REASON_MEANINGS, text);
}
