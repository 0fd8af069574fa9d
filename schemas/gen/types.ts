// Generated from schemas/definitions by `npm run generate`. Never edited.
import type { Condition, JsonObject, KubeObject, ObjectMeta } from '../object.ts';

/**
 * A scope for names. Deleting it deletes all that is in it.
 */
export interface Namespace extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Namespace';
  readonly metadata: ObjectMeta;
  readonly spec?: NamespaceSpec;
  readonly status?: NamespaceStatus;
}
/**
 * What is wanted of the namespace.
 */
export interface NamespaceSpec {
  /**
   * Those that must be done before the namespace may go.
   */
  readonly finalizers?: readonly string[];
}
/**
 * Where the namespace is in its life.
 */
export interface NamespaceStatus {
  /**
   * Active or Terminating.
   */
  readonly phase?: string;
  /**
   * What keeps the namespace from going.
   */
  readonly conditions?: readonly NamespaceStatusCondition[];
}
/**
 * One condition.
 */
export interface NamespaceStatusCondition {
  /**
   * What this is about.
   */
  readonly type: string;
  /**
   * True, False or Unknown.
   */
  readonly status: string;
  /**
   * When status last changed.
   */
  readonly lastTransitionTime?: string | null;
  /**
   * Why, in one CamelCase word.
   */
  readonly reason?: string;
  /**
   * Why, for a person.
   */
  readonly message?: string;
}

/**
 * Configuration that containers read as environment variables or files.
 */
export interface ConfigMap extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ConfigMap';
  readonly metadata: ObjectMeta;
  /**
   * Keys and UTF-8 texts. Keys are letters, digits, `-`, `_` and `.`; none stands in binaryData too.
   */
  readonly data?: {
    readonly [k: string]: string;
  };
  /**
   * Keys and bytes (base64).
   */
  readonly binaryData?: {
    readonly [k: string]: string;
  };
  /**
   * true freezes data, binaryData and this field.
   */
  readonly immutable?: boolean;
}

/**
 * Something that is not to be shown: a password, a key, credentials for a registry.
 */
export interface Secret extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: ObjectMeta;
  /**
   * Keys and bytes (base64). Keys are letters, digits, `-`, `_` and `.`.
   */
  readonly data?: {
    readonly [k: string]: string;
  };
  /**
   * Keys and texts for writing without base64: the server moves them to `data`. Never read back.
   */
  readonly stringData?: {
    readonly [k: string]: string;
  };
  /**
   * What the keys mean to programs; Opaque when nothing is said. Cannot be changed.
   */
  readonly type?: string;
  /**
   * true freezes data and this field.
   */
  readonly immutable?: boolean;
}

/**
 * Something that happened to an object. Kept for an hour.
 */
export interface Event extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly metadata: ObjectMeta;
  readonly involvedObject: EventInvolvedObject;
  /**
   * Why it happened, in one CamelCase word.
   */
  readonly reason?: string;
  /**
   * What happened, for a person.
   */
  readonly message?: string;
  readonly source?: EventSource;
  /**
   * When it happened first.
   */
  readonly firstTimestamp?: string | null;
  /**
   * When it happened last.
   */
  readonly lastTimestamp?: string | null;
  /**
   * How often it happened.
   */
  readonly count?: number;
  /**
   * Normal or Warning.
   */
  readonly type?: string;
  /**
   * When it happened first, in microseconds.
   */
  readonly eventTime?: string | null;
  readonly series?: EventSeries;
  /**
   * What was done, or failed.
   */
  readonly action?: string;
  readonly related?: EventRelated;
  /**
   * Name of the controller that wrote it.
   */
  readonly reportingComponent?: string;
  /**
   * Which instance of the controller.
   */
  readonly reportingInstance?: string;
}
/**
 * The object this is about.
 */
export interface EventInvolvedObject {
  /**
   * Kind of the object.
   */
  readonly kind?: string;
  /**
   * Namespace of the object.
   */
  readonly namespace?: string;
  /**
   * Name of the object.
   */
  readonly name?: string;
  /**
   * UID of the object.
   */
  readonly uid?: string;
  /**
   * API version of the object.
   */
  readonly apiVersion?: string;
  /**
   * The version that is spoken of.
   */
  readonly resourceVersion?: string;
  /**
   * The part of the object that is spoken of, as a path.
   */
  readonly fieldPath?: string;
}
/**
 * Who saw it.
 */
export interface EventSource {
  /**
   * The component.
   */
  readonly component?: string;
  /**
   * The machine.
   */
  readonly host?: string;
}
/**
 * The repetitions, when there are some.
 */
export interface EventSeries {
  /**
   * How often it happened up to now.
   */
  readonly count?: number;
  /**
   * When it happened last.
   */
  readonly lastObservedTime?: string | null;
}
/**
 * A second object that has to do with it.
 */
export interface EventRelated {
  /**
   * Kind of the object.
   */
  readonly kind?: string;
  /**
   * Namespace of the object.
   */
  readonly namespace?: string;
  /**
   * Name of the object.
   */
  readonly name?: string;
  /**
   * UID of the object.
   */
  readonly uid?: string;
  /**
   * API version of the object.
   */
  readonly apiVersion?: string;
  /**
   * The version that is spoken of.
   */
  readonly resourceVersion?: string;
  /**
   * The part of the object that is spoken of, as a path.
   */
  readonly fieldPath?: string;
}

/**
 * Who holds something at present, and until when: leader election and sign of life.
 */
export interface Lease extends KubeObject {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly metadata: ObjectMeta;
  readonly spec?: LeaseSpec;
}
/**
 * The lease.
 */
export interface LeaseSpec {
  /**
   * Who holds it.
   */
  readonly holderIdentity?: string;
  /**
   * How long others wait after renewTime before they may take it. Above 0.
   */
  readonly leaseDurationSeconds?: number;
  /**
   * When the holder took it.
   */
  readonly acquireTime?: string | null;
  /**
   * When the holder last renewed it.
   */
  readonly renewTime?: string | null;
  /**
   * How often the holder changed.
   */
  readonly leaseTransitions?: number;
  /**
   * How a coordinated election picks the leader.
   */
  readonly strategy?: string;
  /**
   * Who should take it next. Only together with strategy.
   */
  readonly preferredHolder?: string;
}

/**
 * What an object asked for at one time, kept by its controller to go back to. Its data never changes.
 */
export interface ControllerRevision extends KubeObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'ControllerRevision';
  readonly metadata: ObjectMeta;
  /**
   * What was asked for, as its controller writes it down.
   */
  readonly data?: JsonObject;
  /**
   * Newer ones have higher numbers.
   */
  readonly revision: number;
}

/**
 * A kind of your own: its names, its versions, and what its objects look like.
 */
export interface CustomResourceDefinition extends KubeObject {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: ObjectMeta;
  readonly spec?: CustomResourceDefinitionSpec;
  readonly status?: CustomResourceDefinitionStatus;
}
/**
 * The kind.
 */
export interface CustomResourceDefinitionSpec {
  /**
   * Its API group, as `example.com`.
   */
  readonly group?: string;
  readonly names?: CustomResourceDefinitionNames;
  /**
   * Namespaced or Cluster.
   */
  readonly scope?: string;
  /**
   * Its versions.
   */
  readonly versions?: readonly CustomResourceDefinitionVersion[];
  readonly conversion?: CustomResourceDefinitionConversion;
  /**
   * Of apiextensions.k8s.io/v1beta1; must be false.
   */
  readonly preserveUnknownFields?: boolean;
}
/**
 * Its names.
 */
export interface CustomResourceDefinitionNames {
  /**
   * The word in URLs: lower case, and the beginning of the name of this object.
   */
  readonly plural?: string;
  /**
   * The word for one; default is `kind` in lower case.
   */
  readonly singular?: string;
  /**
   * Shorter words that kubectl takes.
   */
  readonly shortNames?: readonly string[];
  /**
   * The word in objects: CamelCase.
   */
  readonly kind?: string;
  /**
   * The kind of lists; default is `kind` and `List`.
   */
  readonly listKind?: string;
  /**
   * Groups of kinds that kubectl takes in place of a kind, as `all`.
   */
  readonly categories?: readonly string[];
}
/**
 * One version of the kind.
 */
export interface CustomResourceDefinitionVersion {
  /**
   * The version in apiVersion, as `v1` or `v1beta1`.
   */
  readonly name?: string;
  /**
   * Requests for it are answered.
   */
  readonly served?: boolean;
  /**
   * Objects are stored in it; true for exactly one version.
   */
  readonly storage?: boolean;
  /**
   * Requests for it are answered with a warning.
   */
  readonly deprecated?: boolean;
  /**
   * The text of that warning.
   */
  readonly deprecationWarning?: string;
  readonly schema?: CustomResourceDefinitionVersionSchema;
  readonly subresources?: CustomResourceDefinitionVersionSubresources;
  /**
   * What `kubectl get` shows; default is the age.
   */
  readonly additionalPrinterColumns?: readonly CustomResourceDefinitionVersionAdditionalPrinterColumn[];
  /**
   * Fields that field selectors take.
   */
  readonly selectableFields?: readonly CustomResourceDefinitionVersionSelectableField[];
}
/**
 * What its objects look like.
 */
export interface CustomResourceDefinitionVersionSchema {
  /**
   * A schema, in the part of JSON Schema that OpenAPI 3 knows.
   */
  readonly openAPIV3Schema?: JsonObject;
}
/**
 * Parts of the object with an address of their own.
 */
export interface CustomResourceDefinitionVersionSubresources {
  readonly status?: CustomResourceDefinitionVersionSubresourcesStatus;
  readonly scale?: CustomResourceDefinitionVersionSubresourcesScale;
}
/**
 * `status` is written through /status only.
 */
export interface CustomResourceDefinitionVersionSubresourcesStatus {}
/**
 * The object can be scaled.
 */
export interface CustomResourceDefinitionVersionSubresourcesScale {
  /**
   * Where the wanted number stands, below .spec.
   */
  readonly specReplicasPath?: string;
  /**
   * Where the number that is there stands, below .status.
   */
  readonly statusReplicasPath?: string;
  /**
   * Where the selector stands as text, below .status or .spec.
   */
  readonly labelSelectorPath?: string;
}
/**
 * One column.
 */
export interface CustomResourceDefinitionVersionAdditionalPrinterColumn {
  /**
   * Its head.
   */
  readonly name?: string;
  /**
   * string, integer, number, boolean or date.
   */
  readonly type?: string;
  /**
   * A finer type.
   */
  readonly format?: string;
  /**
   * What it shows.
   */
  readonly description?: string;
  /**
   * 0 is always shown, more only with `-o wide`.
   */
  readonly priority?: number;
  /**
   * Where the cell stands in the object.
   */
  readonly jsonPath?: string;
}
/**
 * One field.
 */
export interface CustomResourceDefinitionVersionSelectableField {
  /**
   * Where it stands, as `.spec.color`.
   */
  readonly jsonPath?: string;
}
/**
 * How objects get from one version to another.
 */
export interface CustomResourceDefinitionConversion {
  /**
   * None: only apiVersion changes. Webhook is not supported here.
   */
  readonly strategy?: string;
  readonly webhook?: CustomResourceDefinitionConversionWebhook;
}
/**
 * Whom to ask with strategy Webhook.
 */
export interface CustomResourceDefinitionConversionWebhook {
  readonly clientConfig?: CustomResourceDefinitionConversionWebhookClientConfig;
  /**
   * The versions of ConversionReview that it speaks.
   */
  readonly conversionReviewVersions?: readonly string[];
}
/**
 * Where the webhook is.
 */
export interface CustomResourceDefinitionConversionWebhookClientConfig {
  /**
   * Its URL.
   */
  readonly url?: string;
  readonly service?: CustomResourceDefinitionConversionWebhookClientConfigService;
  /**
   * PEM of the authority that its certificate is checked by.
   */
  readonly caBundle?: string;
}
/**
 * Its Service.
 */
export interface CustomResourceDefinitionConversionWebhookClientConfigService {
  /**
   * Namespace of the Service.
   */
  readonly namespace?: string;
  /**
   * Name of the Service.
   */
  readonly name?: string;
  /**
   * Path of the request.
   */
  readonly path?: string;
  /**
   * Port of the Service; default 443.
   */
  readonly port?: number;
}
/**
 * What became of it.
 */
export interface CustomResourceDefinitionStatus {
  /**
   * Established: its objects are served. NamesAccepted: no other kind has its names.
   */
  readonly conditions?: readonly CustomResourceDefinitionStatusCondition[];
  readonly acceptedNames?: CustomResourceDefinitionStatusAcceptedNames;
  /**
   * Versions that objects may be stored in: every one that ever was the storage version.
   */
  readonly storedVersions?: readonly string[];
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
}
/**
 * One condition.
 */
export interface CustomResourceDefinitionStatusCondition {
  /**
   * What this is about.
   */
  readonly type?: string;
  /**
   * True, False or Unknown.
   */
  readonly status?: string;
  /**
   * When status last changed.
   */
  readonly lastTransitionTime?: string | null;
  /**
   * Why, in one CamelCase word.
   */
  readonly reason?: string;
  /**
   * Why, for a person.
   */
  readonly message?: string;
  /**
   * The generation this was seen at.
   */
  readonly observedGeneration?: number;
}
/**
 * The names that its objects are served under.
 */
export interface CustomResourceDefinitionStatusAcceptedNames {
  /**
   * The word in URLs: lower case, and the beginning of the name of this object.
   */
  readonly plural?: string;
  /**
   * The word for one; default is `kind` in lower case.
   */
  readonly singular?: string;
  /**
   * Shorter words that kubectl takes.
   */
  readonly shortNames?: readonly string[];
  /**
   * The word in objects: CamelCase.
   */
  readonly kind?: string;
  /**
   * The kind of lists; default is `kind` and `List`.
   */
  readonly listKind?: string;
  /**
   * Groups of kinds that kubectl takes in place of a kind, as `all`.
   */
  readonly categories?: readonly string[];
}

/**
 * One container that tsmoby keeps as it is described here.
 */
export interface Container extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Container';
  readonly metadata: ObjectMeta;
  readonly spec: ContainerSpec;
  readonly status?: ContainerStatus;
}
/**
 * What is wanted.
 */
export interface ContainerSpec {
  /**
   * The machine this object belongs to. Claimed once by the first machine that sees it, then fixed.
   */
  readonly nodeName?: string;
  /**
   * Image reference; an Image object of this namespace with this reference is used, or made.
   */
  readonly image?: string;
  readonly imageFrom?: ContainerImageFrom;
  /**
   * As in core/v1. Default: Always for the tag latest, else IfNotPresent.
   */
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /**
   * Secrets of type kubernetes.io/dockerconfigjson in this namespace with credentials for the registry.
   */
  readonly imagePullSecrets?: readonly ContainerImagePullSecret[];
  /**
   * Replaces the image's entrypoint.
   */
  readonly command?: readonly string[];
  /**
   * Replaces the image's command.
   */
  readonly args?: readonly string[];
  /**
   * Directory the process starts in; default is the image’s.
   */
  readonly workingDir?: string;
  /**
   * Environment variables. `$(NAME)` in values, command and args stands for a variable; `$$(NAME)` is left as it is.
   */
  readonly env?: readonly ContainerEnv[];
  /**
   * Whole ConfigMaps and Secrets as variables; later ones win, and `env` wins over all.
   */
  readonly envFrom?: readonly ContainerEnvFrom[];
  readonly envOnChange?: ContainerEnvOnChange;
  /**
   * What `volumeMounts` can mount. One source each.
   */
  readonly volumes?: readonly ContainerVolume[];
  /**
   * Where volumes appear in the container.
   */
  readonly volumeMounts?: readonly ContainerVolumeMount[];
  readonly resources?: ContainerResources;
  /**
   * What follows when the process ends.
   */
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  /**
   * Between the stop signal and SIGKILL.
   */
  readonly terminationGracePeriodSeconds?: number;
  /**
   * File whose content becomes the message of the ended run.
   */
  readonly terminationMessagePath?: string;
  /**
   * FallbackToLogsOnError: the end of the log when the file is empty and it failed.
   */
  readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError';
  readonly lifecycle?: ContainerLifecycle;
  readonly livenessProbe?: ContainerLivenessProbe;
  readonly readinessProbe?: ContainerReadinessProbe;
  readonly startupProbe?: ContainerStartupProbe;
  /**
   * Objects of this namespace that come first. It is started when all conditions are met, and not stopped when one is no longer.
   */
  readonly dependsOn?: readonly ContainerDependsOn[];
  readonly updateStrategy?: ContainerUpdateStrategy;
  /**
   * How long a new one must be ready without a break before it counts; default 0.
   */
  readonly minReadySeconds?: number;
  /**
   * How long a change may take before it has failed; default 600.
   */
  readonly progressDeadlineSeconds?: number;
  /**
   * How many old revisions are kept to go back to; default 10.
   */
  readonly revisionHistoryLimit?: number;
  /**
   * Changes that need another instance wait until this is taken away.
   */
  readonly paused?: boolean;
  readonly securityContext?: ContainerSecurityContext;
  /**
   * Limits of its processes; default are 1024 open files (hard: 524288), and what the daemon has.
   */
  readonly ulimits?: readonly ContainerUlimit[];
  /**
   * Devices of this machine, which the daemon must allow as it does host paths.
   */
  readonly devices?: readonly ContainerDevice[];
  /**
   * Host name in the container; default is the name of this object.
   */
  readonly hostname?: string;
  /**
   * Use this machine's network.
   */
  readonly hostNetwork?: boolean;
  /**
   * Use this machine's processes: it sees all of them, and may signal those of its user.
   */
  readonly hostPID?: boolean;
  /**
   * Use this machine's System V IPC, message queues and /dev/shm.
   */
  readonly hostIPC?: boolean;
  /**
   * `none`: loopback only. `container:<name>`: the network of another Container of this namespace, addresses and loopback included. Default: `networks`.
   */
  readonly networkMode?: string;
  /**
   * Networks of this namespace that it is in; they come and go without a restart. Default: the network `default`, where the namespace has one.
   */
  readonly networks?: readonly ContainerNetwork[];
  /**
   * Ports it listens on, and where this machine publishes them. They change without a restart.
   */
  readonly ports?: readonly ContainerPort[];
  /**
   * Answer its name also while it is not ready.
   */
  readonly publishNotReadyAddresses?: boolean;
  /**
   * Further lines of /etc/hosts. They change without a restart.
   */
  readonly hostAliases?: readonly ContainerHostAliase[];
  /**
   * Who answers names. ClusterFirst (default): its networks know those of Containers, and this machine's resolvers all others. Default: this machine's resolvers alone. None: those of `dnsConfig` alone. It changes without a restart.
   */
  readonly dnsPolicy?: 'ClusterFirst' | 'Default' | 'None';
  readonly dnsConfig?: ContainerDnsConfig;
  /**
   * Run a small init as process 1, which reaps orphans and passes signals on.
   */
  readonly init?: boolean;
  /**
   * Keep an input open for it, which `attach -i` writes to. Without it, a process that reads finds the end of its input at once.
   */
  readonly stdin?: boolean;
  /**
   * With stdin: the first who attaches an input also ends it, by ending his own or by going away. It stays ended until the process is started again.
   */
  readonly stdinOnce?: boolean;
  /**
   * Give it a terminal. Use it with stdin to talk to it.
   */
  readonly tty?: boolean;
  readonly logging?: ContainerLogging;
}
/**
 * An object of this namespace that gives the image, followed when it changes.
 */
export interface ContainerImageFrom {
  /**
   * Kind of the object.
   */
  readonly kind?: 'Image' | 'Build';
  /**
   * Its name.
   */
  readonly name: string;
}
/**
 * A reference to a Secret.
 */
export interface ContainerImagePullSecret {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * One variable.
 */
export interface ContainerEnv {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its value.
   */
  readonly value?: string;
  readonly valueFrom?: ContainerEnvValueFrom;
}
/**
 * Where its value comes from.
 */
export interface ContainerEnvValueFrom {
  readonly configMapKeyRef?: ContainerEnvValueFromConfigMapKeyRef;
  readonly secretKeyRef?: ContainerEnvValueFromSecretKeyRef;
  readonly fieldRef?: ContainerEnvValueFromFieldRef;
}
/**
 * A key of a ConfigMap of this namespace.
 */
export interface ContainerEnvValueFromConfigMapKeyRef {
  /**
   * Name of the ConfigMap.
   */
  readonly name: string;
  /**
   * The key.
   */
  readonly key: string;
  /**
   * Leave the variable out when it is not there, instead of waiting.
   */
  readonly optional?: boolean;
}
/**
 * A key of a Secret of this namespace.
 */
export interface ContainerEnvValueFromSecretKeyRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * The key.
   */
  readonly key: string;
  /**
   * Leave the variable out when it is not there, instead of waiting.
   */
  readonly optional?: boolean;
}
/**
 * A field of this object: metadata.name, metadata.namespace, metadata.uid, metadata.labels[…], metadata.annotations[…], spec.nodeName.
 */
export interface ContainerEnvValueFromFieldRef {
  /**
   * Path of the field.
   */
  readonly fieldPath: string;
}
/**
 * One source.
 */
export interface ContainerEnvFrom {
  /**
   * Put before each name.
   */
  readonly prefix?: string;
  readonly configMapRef?: ContainerEnvFromConfigMapRef;
  readonly secretRef?: ContainerEnvFromSecretRef;
}
/**
 * All keys of a ConfigMap.
 */
export interface ContainerEnvFromConfigMapRef {
  /**
   * Name of the ConfigMap.
   */
  readonly name: string;
  /**
   * Go on without it when it is not there.
   */
  readonly optional?: boolean;
}
/**
 * All keys of a Secret.
 */
export interface ContainerEnvFromSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * Go on without it when it is not there.
   */
  readonly optional?: boolean;
}
/**
 * What follows when a ConfigMap or Secret changed that `env` or `envFrom` refer to. A running process never sees new variables.
 */
export interface ContainerEnvOnChange {
  /**
   * None: the next start uses them. Restart: its process is started again. Recreate: as after a changed spec; the old one is always stopped first, also with StartFirst.
   */
  readonly action?: 'None' | 'Restart' | 'Recreate';
}
/**
 * One volume.
 */
export interface ContainerVolume {
  /**
   * Its name in this spec.
   */
  readonly name: string;
  readonly volume?: ContainerVolumeVolume;
  readonly emptyDir?: ContainerVolumeEmptyDir;
  readonly hostPath?: ContainerVolumeHostPath;
  readonly configMap?: ContainerVolumeConfigMap;
  readonly secret?: ContainerVolumeSecret;
}
/**
 * A Volume object of this namespace.
 */
export interface ContainerVolumeVolume {
  /**
   * Its name.
   */
  readonly name: string;
}
/**
 * An empty directory that lives as long as this Container object.
 */
export interface ContainerVolumeEmptyDir {
  /**
   * Memory: a tmpfs that lives as long as the instance.
   */
  readonly medium?: '' | 'Memory';
  /**
   * The most it may hold (medium Memory).
   */
  readonly sizeLimit?: number | string;
}
/**
 * A path of this machine, which the daemon must allow.
 */
export interface ContainerVolumeHostPath {
  /**
   * Absolute path.
   */
  readonly path: string;
  /**
   * What must be there.
   */
  readonly type?: '' | 'DirectoryOrCreate' | 'Directory' | 'FileOrCreate' | 'File' | 'Socket' | 'CharDevice' | 'BlockDevice';
}
/**
 * The keys of a ConfigMap as files.
 */
export interface ContainerVolumeConfigMap {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Which keys become files, and under which path. Absent: every key becomes a file of its name.
   */
  readonly items?: readonly ContainerVolumeConfigMapItem[];
  /**
   * Permission bits of the files; default 0644 (420).
   */
  readonly defaultMode?: number;
  /**
   * User id that owns the files; default 0.
   */
  readonly defaultUid?: number;
  /**
   * Group id that owns the files; default 0.
   */
  readonly defaultGid?: number;
  /**
   * Go on without it when it is not there.
   */
  readonly optional?: boolean;
}
/**
 * One key as one file.
 */
export interface ContainerVolumeConfigMapItem {
  /**
   * The key.
   */
  readonly key: string;
  /**
   * Path of the file below the mount, relative, without `..`.
   */
  readonly path: string;
  /**
   * Permission bits of this file (0 to 511); default is defaultMode.
   */
  readonly mode?: number;
  /**
   * User id that owns this file; default is defaultUid.
   */
  readonly uid?: number;
  /**
   * Group id that owns this file; default is defaultGid.
   */
  readonly gid?: number;
}
/**
 * The keys of a Secret as files, in memory only.
 */
export interface ContainerVolumeSecret {
  /**
   * Its name.
   */
  readonly secretName: string;
  /**
   * Which keys become files, and under which path. Absent: every key becomes a file of its name.
   */
  readonly items?: readonly ContainerVolumeSecretItem[];
  /**
   * Permission bits of the files; default 0644 (420).
   */
  readonly defaultMode?: number;
  /**
   * User id that owns the files; default 0.
   */
  readonly defaultUid?: number;
  /**
   * Group id that owns the files; default 0.
   */
  readonly defaultGid?: number;
  /**
   * Go on without it when it is not there.
   */
  readonly optional?: boolean;
}
/**
 * One key as one file.
 */
export interface ContainerVolumeSecretItem {
  /**
   * The key.
   */
  readonly key: string;
  /**
   * Path of the file below the mount, relative, without `..`.
   */
  readonly path: string;
  /**
   * Permission bits of this file (0 to 511); default is defaultMode.
   */
  readonly mode?: number;
  /**
   * User id that owns this file; default is defaultUid.
   */
  readonly uid?: number;
  /**
   * Group id that owns this file; default is defaultGid.
   */
  readonly gid?: number;
}
/**
 * One mount.
 */
export interface ContainerVolumeMount {
  /**
   * Name of the volume in `volumes`.
   */
  readonly name: string;
  /**
   * Absolute path in the container.
   */
  readonly mountPath: string;
  /**
   * Mount only this path below the volume. It does not follow later changes of a ConfigMap or Secret.
   */
  readonly subPath?: string;
  /**
   * Mount read-only.
   */
  readonly readOnly?: boolean;
  readonly onChange?: ContainerVolumeMountOnChange;
}
/**
 * What follows when the content of a ConfigMap or Secret changed, after its new files are in place.
 */
export interface ContainerVolumeMountOnChange {
  /**
   * None: the process sees the new files. Signal: it gets a signal. Exec: a command is run in it. Restart: its process is started again. Recreate: as after a changed spec; the old one is always stopped first, also with StartFirst.
   */
  readonly action?: 'None' | 'Signal' | 'Exec' | 'Restart' | 'Recreate';
  /**
   * Action Signal: name or number; default SIGHUP.
   */
  readonly signal?: string;
  readonly exec?: ContainerVolumeMountOnChangeExec;
}
/**
 * Action Exec: the command, in the container.
 */
export interface ContainerVolumeMountOnChangeExec {
  /**
   * The command and its arguments; no shell.
   */
  readonly command: readonly string[];
}
/**
 * Limits and requests; limits change without a restart.
 */
export interface ContainerResources {
  readonly limits?: ContainerResourcesLimits;
  readonly requests?: ContainerResourcesRequests;
}
/**
 * The most it may use.
 */
export interface ContainerResourcesLimits {
  /**
   * Cores: `500m` is half of one.
   */
  readonly cpu?: number | string;
  /**
   * Bytes: `64Mi`.
   */
  readonly memory?: number | string;
  /**
   * Number of processes and threads.
   */
  readonly pids?: number | string;
}
/**
 * What it is weighed by when the machine is busy (cpu).
 */
export interface ContainerResourcesRequests {
  /**
   * Cores: `500m` is half of one.
   */
  readonly cpu?: number | string;
  /**
   * Bytes: `64Mi`.
   */
  readonly memory?: number | string;
  /**
   * Number of processes and threads.
   */
  readonly pids?: number | string;
}
/**
 * What happens at its start and its end.
 */
export interface ContainerLifecycle {
  readonly postStart?: ContainerLifecyclePostStart;
  readonly preStop?: ContainerLifecyclePreStop;
  /**
   * Name or number of the signal that asks it to stop; default is the image's, else SIGTERM.
   */
  readonly stopSignal?: string;
}
/**
 * Right after its start. It counts as started when this has ended; when this fails it is restarted.
 */
export interface ContainerLifecyclePostStart {
  readonly exec?: ContainerLifecyclePostStartExec;
  readonly httpGet?: ContainerLifecyclePostStartHttpGet;
  readonly sleep?: ContainerLifecyclePostStartSleep;
}
/**
 * A command in the container; exit code 0 is success.
 */
export interface ContainerLifecyclePostStartExec {
  /**
   * The command and its arguments; no shell.
   */
  readonly command: readonly string[];
}
/**
 * An HTTP request; 200 to 399 is success.
 */
export interface ContainerLifecyclePostStartHttpGet {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
  /**
   * Path and query.
   */
  readonly path?: string;
  /**
   * HTTP or HTTPS; certificates are not checked.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * Headers of the request.
   */
  readonly httpHeaders?: readonly ContainerLifecyclePostStartHttpGetHttpHeader[];
}
/**
 * One header.
 */
export interface ContainerLifecyclePostStartHttpGetHttpHeader {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its value.
   */
  readonly value: string;
}
/**
 * Just wait.
 */
export interface ContainerLifecyclePostStartSleep {
  /**
   * How long.
   */
  readonly seconds: number;
}
/**
 * Before it is asked to stop; counts towards its time of grace.
 */
export interface ContainerLifecyclePreStop {
  readonly exec?: ContainerLifecyclePreStopExec;
  readonly httpGet?: ContainerLifecyclePreStopHttpGet;
  readonly sleep?: ContainerLifecyclePreStopSleep;
}
/**
 * A command in the container; exit code 0 is success.
 */
export interface ContainerLifecyclePreStopExec {
  /**
   * The command and its arguments; no shell.
   */
  readonly command: readonly string[];
}
/**
 * An HTTP request; 200 to 399 is success.
 */
export interface ContainerLifecyclePreStopHttpGet {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
  /**
   * Path and query.
   */
  readonly path?: string;
  /**
   * HTTP or HTTPS; certificates are not checked.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * Headers of the request.
   */
  readonly httpHeaders?: readonly ContainerLifecyclePreStopHttpGetHttpHeader[];
}
/**
 * One header.
 */
export interface ContainerLifecyclePreStopHttpGetHttpHeader {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its value.
   */
  readonly value: string;
}
/**
 * Just wait.
 */
export interface ContainerLifecyclePreStopSleep {
  /**
   * How long.
   */
  readonly seconds: number;
}
/**
 * Whether it still works; failures restart it.
 */
export interface ContainerLivenessProbe {
  readonly exec?: ContainerLivenessProbeExec;
  readonly httpGet?: ContainerLivenessProbeHttpGet;
  readonly tcpSocket?: ContainerLivenessProbeTcpSocket;
  readonly grpc?: ContainerLivenessProbeGrpc;
  /**
   * After the start, before the first question.
   */
  readonly initialDelaySeconds?: number;
  /**
   * From one question to the next; 0 is the default.
   */
  readonly periodSeconds?: number;
  /**
   * How long an answer may take; 0 is the default.
   */
  readonly timeoutSeconds?: number;
  /**
   * Successes in a row that count; 0 is the default.
   */
  readonly successThreshold?: number;
  /**
   * Failures in a row that count; 0 is the default.
   */
  readonly failureThreshold?: number;
  /**
   * Instead of the one of the spec, when this probe has it stopped.
   */
  readonly terminationGracePeriodSeconds?: number;
}
/**
 * A command in the container; exit code 0 is success.
 */
export interface ContainerLivenessProbeExec {
  /**
   * The command and its arguments; no shell.
   */
  readonly command: readonly string[];
}
/**
 * An HTTP request; 200 to 399 is success.
 */
export interface ContainerLivenessProbeHttpGet {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
  /**
   * Path and query.
   */
  readonly path?: string;
  /**
   * HTTP or HTTPS; certificates are not checked.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * Headers of the request.
   */
  readonly httpHeaders?: readonly ContainerLivenessProbeHttpGetHttpHeader[];
}
/**
 * One header.
 */
export interface ContainerLivenessProbeHttpGetHttpHeader {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its value.
   */
  readonly value: string;
}
/**
 * A TCP connection; that it opens is success.
 */
export interface ContainerLivenessProbeTcpSocket {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
}
/**
 * A request of grpc.health.v1; SERVING is success.
 */
export interface ContainerLivenessProbeGrpc {
  /**
   * Port number.
   */
  readonly port: number;
  /**
   * What to ask for; default is the server as a whole.
   */
  readonly service?: string;
}
/**
 * Whether it can serve; while it fails it is not Ready, and its name has no address.
 */
export interface ContainerReadinessProbe {
  readonly exec?: ContainerReadinessProbeExec;
  readonly httpGet?: ContainerReadinessProbeHttpGet;
  readonly tcpSocket?: ContainerReadinessProbeTcpSocket;
  readonly grpc?: ContainerReadinessProbeGrpc;
  /**
   * After the start, before the first question.
   */
  readonly initialDelaySeconds?: number;
  /**
   * From one question to the next; 0 is the default.
   */
  readonly periodSeconds?: number;
  /**
   * How long an answer may take; 0 is the default.
   */
  readonly timeoutSeconds?: number;
  /**
   * Successes in a row that count; 0 is the default.
   */
  readonly successThreshold?: number;
  /**
   * Failures in a row that count; 0 is the default.
   */
  readonly failureThreshold?: number;
}
/**
 * A command in the container; exit code 0 is success.
 */
export interface ContainerReadinessProbeExec {
  /**
   * The command and its arguments; no shell.
   */
  readonly command: readonly string[];
}
/**
 * An HTTP request; 200 to 399 is success.
 */
export interface ContainerReadinessProbeHttpGet {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
  /**
   * Path and query.
   */
  readonly path?: string;
  /**
   * HTTP or HTTPS; certificates are not checked.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * Headers of the request.
   */
  readonly httpHeaders?: readonly ContainerReadinessProbeHttpGetHttpHeader[];
}
/**
 * One header.
 */
export interface ContainerReadinessProbeHttpGetHttpHeader {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its value.
   */
  readonly value: string;
}
/**
 * A TCP connection; that it opens is success.
 */
export interface ContainerReadinessProbeTcpSocket {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
}
/**
 * A request of grpc.health.v1; SERVING is success.
 */
export interface ContainerReadinessProbeGrpc {
  /**
   * Port number.
   */
  readonly port: number;
  /**
   * What to ask for; default is the server as a whole.
   */
  readonly service?: string;
}
/**
 * Whether it has started; the other probes wait for it, and failures restart it.
 */
export interface ContainerStartupProbe {
  readonly exec?: ContainerStartupProbeExec;
  readonly httpGet?: ContainerStartupProbeHttpGet;
  readonly tcpSocket?: ContainerStartupProbeTcpSocket;
  readonly grpc?: ContainerStartupProbeGrpc;
  /**
   * After the start, before the first question.
   */
  readonly initialDelaySeconds?: number;
  /**
   * From one question to the next; 0 is the default.
   */
  readonly periodSeconds?: number;
  /**
   * How long an answer may take; 0 is the default.
   */
  readonly timeoutSeconds?: number;
  /**
   * Successes in a row that count; 0 is the default.
   */
  readonly successThreshold?: number;
  /**
   * Failures in a row that count; 0 is the default.
   */
  readonly failureThreshold?: number;
  /**
   * Instead of the one of the spec, when this probe has it stopped.
   */
  readonly terminationGracePeriodSeconds?: number;
}
/**
 * A command in the container; exit code 0 is success.
 */
export interface ContainerStartupProbeExec {
  /**
   * The command and its arguments; no shell.
   */
  readonly command: readonly string[];
}
/**
 * An HTTP request; 200 to 399 is success.
 */
export interface ContainerStartupProbeHttpGet {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
  /**
   * Path and query.
   */
  readonly path?: string;
  /**
   * HTTP or HTTPS; certificates are not checked.
   */
  readonly scheme?: 'HTTP' | 'HTTPS';
  /**
   * Headers of the request.
   */
  readonly httpHeaders?: readonly ContainerStartupProbeHttpGetHttpHeader[];
}
/**
 * One header.
 */
export interface ContainerStartupProbeHttpGetHttpHeader {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its value.
   */
  readonly value: string;
}
/**
 * A TCP connection; that it opens is success.
 */
export interface ContainerStartupProbeTcpSocket {
  /**
   * Number, or name of one of `ports`.
   */
  readonly port: number | string;
  /**
   * 127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.
   */
  readonly host?: string;
}
/**
 * A request of grpc.health.v1; SERVING is success.
 */
export interface ContainerStartupProbeGrpc {
  /**
   * Port number.
   */
  readonly port: number;
  /**
   * What to ask for; default is the server as a whole.
   */
  readonly service?: string;
}
/**
 * One object.
 */
export interface ContainerDependsOn {
  /**
   * Its kind.
   */
  readonly kind: string;
  /**
   * Its group and version; default is that of the kind of this name which tsmoby knows.
   */
  readonly apiVersion?: string;
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Started: it runs and has started. Ready: its condition Ready is True; of kinds without one, that it is there. Completed: it ended with success.
   */
  readonly condition?: 'Started' | 'Ready' | 'Completed';
  /**
   * Restart this one whenever that one was started again.
   */
  readonly restart?: boolean;
}
/**
 * What a change that needs another instance does.
 */
export interface ContainerUpdateStrategy {
  /**
   * Recreate: the old one is stopped, then the new one started. StartFirst: the new one must be ready before ports and names move to it and the old one is stopped.
   */
  readonly type?: 'Recreate' | 'StartFirst';
  /**
   * When the new one is not ready in time. Revert: back to the last revision that was. Stop: leave it as it is.
   */
  readonly onFailure?: 'Revert' | 'Stop';
}
/**
 * What the process may do.
 */
export interface ContainerSecurityContext {
  /**
   * User id, or a name from the image's /etc/passwd; default is the image's user.
   */
  readonly runAsUser?: number | string;
  /**
   * Group id, or a name from the image's /etc/group; default is the user's group.
   */
  readonly runAsGroup?: number | string;
  /**
   * Refuse to start as user 0.
   */
  readonly runAsNonRoot?: boolean;
  /**
   * More groups.
   *
   * Items: Group id, or a name from the image's /etc/group.
   */
  readonly supplementalGroups?: readonly (number | string)[];
  /**
   * Merge (default): also the groups that list its user in the image's /etc/group. Strict: only those that are given.
   */
  readonly supplementalGroupsPolicy?: 'Merge' | 'Strict';
  /**
   * All capabilities, all devices, no filters. As good as root on this machine.
   */
  readonly privileged?: boolean;
  /**
   * false sets no_new_privs: setuid programs give nothing. Default true, as in core/v1.
   */
  readonly allowPrivilegeEscalation?: boolean;
  /**
   * The root file system cannot be written.
   */
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: ContainerSecurityContextCapabilities;
  readonly seccompProfile?: ContainerSecurityContextSeccompProfile;
  /**
   * Settings of the kernel for the namespaces that are its own, set whenever a process is started.
   */
  readonly sysctls?: readonly ContainerSecurityContextSysctl[];
}
/**
 * Changes to the default set of capabilities; without CAP_, ALL means all.
 */
export interface ContainerSecurityContextCapabilities {
  /**
   * To add.
   */
  readonly add?: readonly string[];
  /**
   * To drop.
   */
  readonly drop?: readonly string[];
}
/**
 * Which system calls are allowed.
 */
export interface ContainerSecurityContextSeccompProfile {
  /**
   * RuntimeDefault: the computed allow list. Unconfined: all.
   */
  readonly type: 'RuntimeDefault' | 'Unconfined';
}
/**
 * One setting.
 */
export interface ContainerSecurityContextSysctl {
  /**
   * As sysctl writes it, with dots.
   */
  readonly name: string;
  /**
   * What is written into it.
   */
  readonly value: string;
}
/**
 * One limit.
 */
export interface ContainerUlimit {
  /**
   * As in ulimit: nofile, nproc, core, …
   */
  readonly name: string;
  /**
   * The limit; -1 is none.
   */
  readonly soft: number;
  /**
   * The highest that a process may raise it to; default is `soft`. -1 is none.
   */
  readonly hard?: number;
}
/**
 * One device, or all in a directory.
 */
export interface ContainerDevice {
  /**
   * Path below /dev.
   */
  readonly hostPath: string;
  /**
   * Path in the container; default is hostPath.
   */
  readonly containerPath?: string;
  /**
   * What it may do: read (r), write (w), make the node (m).
   */
  readonly permissions?: string;
}
/**
 * One network. The first gives the way out.
 */
export interface ContainerNetwork {
  /**
   * Name of the Network.
   */
  readonly name: string;
  /**
   * Further names under which others in this network find it.
   */
  readonly aliases?: readonly string[];
  /**
   * The IPv4 address it must have; default is any, which it keeps.
   */
  readonly ip?: string;
  /**
   * The IPv6 address it must have.
   */
  readonly ip6?: string;
}
/**
 * One port, or a range of them.
 */
export interface ContainerPort {
  /**
   * A name that probes can use.
   */
  readonly name?: string;
  /**
   * Port in the container.
   */
  readonly containerPort: number;
  /**
   * Last port of a range that begins with containerPort; hostPort begins as many ports on this machine.
   */
  readonly endPort?: number;
  /**
   * Port of this machine that leads to it. 0: any free one, told in status. Absent: none.
   */
  readonly hostPort?: number;
  /**
   * Address of this machine at which it is published; default is all.
   */
  readonly hostIP?: string;
  /**
   * TCP, UDP or SCTP.
   */
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
}
/**
 * Names of one address.
 */
export interface ContainerHostAliase {
  /**
   * The address; `host-gateway` is that at which this machine answers the container.
   */
  readonly ip: string;
  /**
   * Its names.
   */
  readonly hostnames: readonly string[];
}
/**
 * What is added to /etc/resolv.conf. It changes without a restart.
 */
export interface ContainerDnsConfig {
  /**
   * Addresses of resolvers, asked when those of `dnsPolicy` do not answer.
   */
  readonly nameservers?: readonly string[];
  /**
   * What is appended to names that are not found.
   */
  readonly searches?: readonly string[];
  /**
   * Options of resolv.conf(5); one of the same name is replaced.
   */
  readonly options?: readonly ContainerDnsConfigOption[];
}
/**
 * One option.
 */
export interface ContainerDnsConfigOption {
  /**
   * Its name: ndots, timeout, …
   */
  readonly name?: string;
  /**
   * What follows the colon.
   */
  readonly value?: string;
}
/**
 * Rotation of its log.
 */
export interface ContainerLogging {
  /**
   * Size at which a file is rotated; default 10Mi.
   */
  readonly maxSize?: number | string;
  /**
   * Files kept, the current one included; default 5.
   */
  readonly maxFiles?: number;
}
/**
 * What is really there.
 */
export interface ContainerStatus {
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.
   *
   * Items: One condition.
   */
  readonly conditions?: readonly Condition[];
  /**
   * Pending, Running, Succeeded, Failed or Unknown.
   */
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /**
   * Phase or the more telling reason, as `kubectl get pods` shows it.
   */
  readonly summary?: string;
  /**
   * The instance: containerd://<id>.
   */
  readonly containerID?: string;
  /**
   * Process id on this machine while it runs.
   */
  readonly pid?: number;
  /**
   * The reference that was asked for.
   */
  readonly image?: string;
  /**
   * Digest of the image that runs.
   */
  readonly imageID?: string;
  /**
   * How many times a process was started after the first.
   */
  readonly restartCount?: number;
  /**
   * Failed runs in a row; sets the next delay.
   */
  readonly crashCount?: number;
  /**
   * Not before: the end of the back-off.
   */
  readonly nextStartTime?: string;
  /**
   * A process runs, and has started: its hook has ended and its startupProbe succeeded.
   */
  readonly started?: boolean;
  /**
   * It can serve: started, and its readinessProbe succeeds.
   */
  readonly ready?: boolean;
  /**
   * The hook after the start of the present process has ended well, and is not repeated.
   */
  readonly postStarted?: boolean;
  readonly ending?: ContainerStatusEnding;
  /**
   * Its first address.
   */
  readonly ip?: string;
  /**
   * Its interfaces.
   */
  readonly networks?: readonly ContainerStatusNetwork[];
  /**
   * Number of its sandbox; of the container as a whole: the one that ports and names lead to.
   */
  readonly sandboxGeneration?: number;
  /**
   * The content of ConfigMaps and Secrets that the process was told of last, where a change of it has a consequence.
   */
  readonly configuration?: readonly ContainerStatusConfiguration[];
  /**
   * Of the content of ConfigMaps and Secrets for which the instance was made anew; action Recreate.
   */
  readonly configurationHash?: string;
  readonly restarting?: ContainerStatusRestarting;
  /**
   * Which runs of the dependencies with `restart` there were when the process was started.
   */
  readonly dependencies?: readonly ContainerStatusDependencie[];
  /**
   * Number of the current log.
   */
  readonly logRun?: number;
  readonly state?: ContainerStatusState;
  readonly lastState?: ContainerStatusLastState;
  readonly resources?: ContainerStatusResources;
  /**
   * Ports of this machine that lead to it.
   */
  readonly ports?: readonly ContainerStatusPort[];
  /**
   * The revision that was ready last for as long as asked: what a change that fails goes back to.
   */
  readonly currentRevision?: string;
  /**
   * The revision that the spec asks for.
   */
  readonly updateRevision?: string;
  /**
   * Number of updateRevision.
   */
  readonly revision?: number;
  /**
   * The annotation restartedAt that all of this was said after; a restart changes no generation.
   */
  readonly observedRestart?: string;
  readonly rollout?: ContainerStatusRollout;
  readonly lastChange?: ContainerStatusLastChange;
  readonly update?: ContainerStatusUpdate;
  /**
   * Former instances that serve what was established before StartFirst put another in their place.
   */
  readonly draining?: readonly ContainerStatusDraining[];
}
/**
 * Why the present process is being ended as a failed run.
 */
export interface ContainerStatusEnding {
  /**
   * Process id on this machine.
   */
  readonly pid?: number;
  /**
   * Unhealthy or FailedPostStartHook.
   */
  readonly reason?: string;
  /**
   * livenessProbe, startupProbe or postStart.
   */
  readonly check?: string;
  /**
   * What it answered.
   */
  readonly message?: string;
  /**
   * When that was decided.
   */
  readonly since?: string;
}
/**
 * One interface.
 */
export interface ContainerStatusNetwork {
  /**
   * Name of the Network.
   */
  readonly name?: string;
  /**
   * Name of the interface in the container.
   */
  readonly interface?: string;
  /**
   * Its addresses, IPv4 first.
   */
  readonly ips?: readonly string[];
  /**
   * Its hardware address.
   */
  readonly mac?: string;
}
/**
 * One place.
 */
export interface ContainerStatusConfiguration {
  /**
   * The path of a mount, or env:<kind>/<name>.
   */
  readonly source: string;
  /**
   * Of the content. Empty: nothing was there.
   */
  readonly hash: string;
}
/**
 * It is being stopped on purpose, and started again then.
 */
export interface ContainerStatusRestarting {
  /**
   * Why: ConfigurationChanged, DependencyRestarted, …
   */
  readonly reason?: string;
  /**
   * More about it.
   */
  readonly message?: string;
}
/**
 * One dependency.
 */
export interface ContainerStatusDependencie {
  /**
   * Its kind.
   */
  readonly kind: string;
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * uid of the object and, of a Container, the number of its run. Empty: it was not there.
   */
  readonly run: string;
}
/**
 * The present run; one of these.
 */
export interface ContainerStatusState {
  readonly waiting?: ContainerStatusStateWaiting;
  readonly running?: ContainerStatusStateRunning;
  readonly terminated?: ContainerStatusStateTerminated;
}
/**
 * Not running yet, or not at present.
 */
export interface ContainerStatusStateWaiting {
  /**
   * Why: ImagePullBackOff, CrashLoopBackOff, …
   */
  readonly reason?: string;
  /**
   * More about it.
   */
  readonly message?: string;
}
/**
 * Running.
 */
export interface ContainerStatusStateRunning {
  /**
   * Since when.
   */
  readonly startedAt?: string;
}
/**
 * Ended, and not to be started again.
 */
export interface ContainerStatusStateTerminated {
  /**
   * The instance: containerd://<id>.
   */
  readonly containerID?: string;
  /**
   * Process id of the container on this machine.
   */
  readonly pid?: number;
  /**
   * 0 to 255; 128 + n after signal n.
   */
  readonly exitCode?: number;
  /**
   * The signal that ended it, if one did.
   */
  readonly signal?: number;
  /**
   * Completed, Error, OOMKilled, Killed, TaskLost, StartError, …
   */
  readonly reason?: string;
  /**
   * Its termination message, or what is known.
   */
  readonly message?: string;
  /**
   * When the process started.
   */
  readonly startedAt?: string;
  /**
   * When it ended.
   */
  readonly finishedAt?: string;
}
/**
 * The run before.
 */
export interface ContainerStatusLastState {
  readonly terminated?: ContainerStatusLastStateTerminated;
}
/**
 * How it ended.
 */
export interface ContainerStatusLastStateTerminated {
  /**
   * The instance: containerd://<id>.
   */
  readonly containerID?: string;
  /**
   * Process id of the container on this machine.
   */
  readonly pid?: number;
  /**
   * 0 to 255; 128 + n after signal n.
   */
  readonly exitCode?: number;
  /**
   * The signal that ended it, if one did.
   */
  readonly signal?: number;
  /**
   * Completed, Error, OOMKilled, Killed, TaskLost, StartError, …
   */
  readonly reason?: string;
  /**
   * Its termination message, or what is known.
   */
  readonly message?: string;
  /**
   * When the process started.
   */
  readonly startedAt?: string;
  /**
   * When it ended.
   */
  readonly finishedAt?: string;
}
/**
 * Limits that are in force.
 */
export interface ContainerStatusResources {
  /**
   * Memory limit in bytes.
   */
  readonly memoryBytes?: number;
  /**
   * CPU limit in thousandths of a core.
   */
  readonly cpuMillis?: number;
  /**
   * Limit of processes.
   */
  readonly pids?: number;
}
/**
 * One port, or a range of them.
 */
export interface ContainerStatusPort {
  /**
   * Its name in the spec.
   */
  readonly name?: string;
  /**
   * Address of this machine; absent: all.
   */
  readonly hostIP?: string;
  /**
   * Port of this machine; the first of a range.
   */
  readonly hostPort?: number;
  /**
   * Port in the container; the first of a range.
   */
  readonly containerPort?: number;
  /**
   * Last port of a range in the container.
   */
  readonly endPort?: number;
  /**
   * TCP, UDP or SCTP.
   */
  readonly protocol?: string;
}
/**
 * The change that is under way, or that failed. Absent when currentRevision is what the spec asks for.
 */
export interface ContainerStatusRollout {
  /**
   * The revision that is rolled out.
   */
  readonly revision?: string;
  /**
   * The generation of the object with which it began.
   */
  readonly generation?: number;
  /**
   * When it began; its deadline counts from here.
   */
  readonly startedAt?: string;
  /**
   * The instance that ran at its beginning: containerd://<id>.
   */
  readonly from?: string;
  /**
   * Why the old one is stopped first, though StartFirst was asked for.
   */
  readonly gap?: string;
  /**
   * Since when the new one is ready without a break.
   */
  readonly readySince?: string;
  /**
   * Why it failed: ProgressDeadlineExceeded or RolledBack.
   */
  readonly failure?: string;
  /**
   * More about the failure.
   */
  readonly message?: string;
  /**
   * currentRevision was put back in its place.
   */
  readonly reverted?: boolean;
}
/**
 * Which fields the last change of the spec changed.
 */
export interface ContainerStatusLastChange {
  /**
   * The generation it made.
   */
  readonly generation?: number;
  /**
   * Fields that the running container follows.
   */
  readonly inPlace?: readonly string[];
  /**
   * Fields that need another container.
   */
  readonly replacement?: readonly string[];
}
/**
 * The next instance, while StartFirst prepares it beside the one that serves.
 */
export interface ContainerStatusUpdate {
  /**
   * Pending, Running, Succeeded, Failed or Unknown.
   */
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /**
   * Phase or the more telling reason, as `kubectl get pods` shows it.
   */
  readonly summary?: string;
  /**
   * The instance: containerd://<id>.
   */
  readonly containerID?: string;
  /**
   * Process id on this machine while it runs.
   */
  readonly pid?: number;
  /**
   * The reference that was asked for.
   */
  readonly image?: string;
  /**
   * Digest of the image that runs.
   */
  readonly imageID?: string;
  /**
   * How many times a process was started after the first.
   */
  readonly restartCount?: number;
  /**
   * Failed runs in a row; sets the next delay.
   */
  readonly crashCount?: number;
  /**
   * Not before: the end of the back-off.
   */
  readonly nextStartTime?: string;
  /**
   * A process runs, and has started: its hook has ended and its startupProbe succeeded.
   */
  readonly started?: boolean;
  /**
   * It can serve: started, and its readinessProbe succeeds.
   */
  readonly ready?: boolean;
  /**
   * The hook after the start of the present process has ended well, and is not repeated.
   */
  readonly postStarted?: boolean;
  readonly ending?: ContainerStatusUpdateEnding;
  /**
   * Its first address.
   */
  readonly ip?: string;
  /**
   * Its interfaces.
   */
  readonly networks?: readonly ContainerStatusUpdateNetwork[];
  /**
   * Number of its sandbox; of the container as a whole: the one that ports and names lead to.
   */
  readonly sandboxGeneration?: number;
  /**
   * The content of ConfigMaps and Secrets that the process was told of last, where a change of it has a consequence.
   */
  readonly configuration?: readonly ContainerStatusUpdateConfiguration[];
  /**
   * Of the content of ConfigMaps and Secrets for which the instance was made anew; action Recreate.
   */
  readonly configurationHash?: string;
  readonly restarting?: ContainerStatusUpdateRestarting;
  /**
   * Which runs of the dependencies with `restart` there were when the process was started.
   */
  readonly dependencies?: readonly ContainerStatusUpdateDependencie[];
  /**
   * Number of the current log.
   */
  readonly logRun?: number;
  readonly state?: ContainerStatusUpdateState;
  readonly lastState?: ContainerStatusUpdateLastState;
  readonly resources?: ContainerStatusUpdateResources;
  /**
   * What is said of it: Running, or why it is not ready.
   */
  readonly reason?: string;
  /**
   * More about it.
   */
  readonly message?: string;
}
/**
 * Why the present process is being ended as a failed run.
 */
export interface ContainerStatusUpdateEnding {
  /**
   * Process id on this machine.
   */
  readonly pid?: number;
  /**
   * Unhealthy or FailedPostStartHook.
   */
  readonly reason?: string;
  /**
   * livenessProbe, startupProbe or postStart.
   */
  readonly check?: string;
  /**
   * What it answered.
   */
  readonly message?: string;
  /**
   * When that was decided.
   */
  readonly since?: string;
}
/**
 * One interface.
 */
export interface ContainerStatusUpdateNetwork {
  /**
   * Name of the Network.
   */
  readonly name?: string;
  /**
   * Name of the interface in the container.
   */
  readonly interface?: string;
  /**
   * Its addresses, IPv4 first.
   */
  readonly ips?: readonly string[];
  /**
   * Its hardware address.
   */
  readonly mac?: string;
}
/**
 * One place.
 */
export interface ContainerStatusUpdateConfiguration {
  /**
   * The path of a mount, or env:<kind>/<name>.
   */
  readonly source: string;
  /**
   * Of the content. Empty: nothing was there.
   */
  readonly hash: string;
}
/**
 * It is being stopped on purpose, and started again then.
 */
export interface ContainerStatusUpdateRestarting {
  /**
   * Why: ConfigurationChanged, DependencyRestarted, …
   */
  readonly reason?: string;
  /**
   * More about it.
   */
  readonly message?: string;
}
/**
 * One dependency.
 */
export interface ContainerStatusUpdateDependencie {
  /**
   * Its kind.
   */
  readonly kind: string;
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * uid of the object and, of a Container, the number of its run. Empty: it was not there.
   */
  readonly run: string;
}
/**
 * The present run; one of these.
 */
export interface ContainerStatusUpdateState {
  readonly waiting?: ContainerStatusUpdateStateWaiting;
  readonly running?: ContainerStatusUpdateStateRunning;
  readonly terminated?: ContainerStatusUpdateStateTerminated;
}
/**
 * Not running yet, or not at present.
 */
export interface ContainerStatusUpdateStateWaiting {
  /**
   * Why: ImagePullBackOff, CrashLoopBackOff, …
   */
  readonly reason?: string;
  /**
   * More about it.
   */
  readonly message?: string;
}
/**
 * Running.
 */
export interface ContainerStatusUpdateStateRunning {
  /**
   * Since when.
   */
  readonly startedAt?: string;
}
/**
 * Ended, and not to be started again.
 */
export interface ContainerStatusUpdateStateTerminated {
  /**
   * The instance: containerd://<id>.
   */
  readonly containerID?: string;
  /**
   * Process id of the container on this machine.
   */
  readonly pid?: number;
  /**
   * 0 to 255; 128 + n after signal n.
   */
  readonly exitCode?: number;
  /**
   * The signal that ended it, if one did.
   */
  readonly signal?: number;
  /**
   * Completed, Error, OOMKilled, Killed, TaskLost, StartError, …
   */
  readonly reason?: string;
  /**
   * Its termination message, or what is known.
   */
  readonly message?: string;
  /**
   * When the process started.
   */
  readonly startedAt?: string;
  /**
   * When it ended.
   */
  readonly finishedAt?: string;
}
/**
 * The run before.
 */
export interface ContainerStatusUpdateLastState {
  readonly terminated?: ContainerStatusUpdateLastStateTerminated;
}
/**
 * How it ended.
 */
export interface ContainerStatusUpdateLastStateTerminated {
  /**
   * The instance: containerd://<id>.
   */
  readonly containerID?: string;
  /**
   * Process id of the container on this machine.
   */
  readonly pid?: number;
  /**
   * 0 to 255; 128 + n after signal n.
   */
  readonly exitCode?: number;
  /**
   * The signal that ended it, if one did.
   */
  readonly signal?: number;
  /**
   * Completed, Error, OOMKilled, Killed, TaskLost, StartError, …
   */
  readonly reason?: string;
  /**
   * Its termination message, or what is known.
   */
  readonly message?: string;
  /**
   * When the process started.
   */
  readonly startedAt?: string;
  /**
   * When it ended.
   */
  readonly finishedAt?: string;
}
/**
 * Limits that are in force.
 */
export interface ContainerStatusUpdateResources {
  /**
   * Memory limit in bytes.
   */
  readonly memoryBytes?: number;
  /**
   * CPU limit in thousandths of a core.
   */
  readonly cpuMillis?: number;
  /**
   * Limit of processes.
   */
  readonly pids?: number;
}
/**
 * One instance.
 */
export interface ContainerStatusDraining {
  /**
   * The instance: containerd://<id>.
   */
  readonly containerID: string;
  /**
   * The revision that it was made for.
   */
  readonly revision?: string;
  /**
   * Number of its sandbox.
   */
  readonly sandboxGeneration: number;
  /**
   * Since when nothing new comes to it; its time of grace counts from here.
   */
  readonly since: string;
  /**
   * Number of its log.
   */
  readonly logRun?: number;
  /**
   * Its first address.
   */
  readonly ip?: string;
}

/**
 * An image that must be in the local image store: pulled from a registry, or read from an archive on this machine.
 */
export interface Image extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Image';
  readonly metadata: ObjectMeta;
  readonly spec: ImageSpec;
  readonly status?: ImageStatus;
}
/**
 * Where the image comes from.
 */
export interface ImageSpec {
  /**
   * Registry reference: `busybox`, `ghcr.io/org/app:1.2`, `host:5000/app@sha256:…`. With `archive`: the name that Containers of this namespace use for it.
   */
  readonly reference?: string;
  /**
   * Always: ask the registry on every change of this object and on request. IfNotPresent: when it is not here. Never: use only what is here. Default: Always for the tag latest, else IfNotPresent.
   */
  readonly pullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  /**
   * Secrets of type kubernetes.io/dockerconfigjson in this namespace with credentials for the registry.
   */
  readonly imagePullSecrets?: readonly ImageImagePullSecret[];
  /**
   * `os/arch` or `os/arch/variant`; default is this machine.
   */
  readonly platform?: string;
  /**
   * Allow plain HTTP and certificates that nobody vouches for. Registries on a loopback address may always speak HTTP.
   */
  readonly insecure?: boolean;
  readonly archive?: ImageArchive;
}
/**
 * A reference to a Secret.
 */
export interface ImageImagePullSecret {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Read the image from a file of this machine instead of a registry.
 */
export interface ImageArchive {
  /**
   * A tar file (plain, gzip, zstd) in OCI layout or `docker save` format, or an OCI layout directory.
   */
  readonly path: string;
  /**
   * Which image of several in the file: its tag, name or digest.
   */
  readonly select?: string;
}
/**
 * What is in the store.
 */
export interface ImageStatus {
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.
   *
   * Items: One condition.
   */
  readonly conditions?: readonly Condition[];
  /**
   * The full reference, registry host and tag filled in.
   */
  readonly reference?: string;
  /**
   * What the reference resolved to: digest of the index or manifest.
   */
  readonly digest?: string;
  /**
   * Digest of the manifest for `platform`.
   */
  readonly manifestDigest?: string;
  /**
   * Chain id of the unpacked layers.
   */
  readonly chainId?: string;
  /**
   * The snapshotter that holds the unpacked layers.
   */
  readonly snapshotter?: string;
  /**
   * `os/arch[/variant]` of the manifest.
   */
  readonly platform?: string;
  /**
   * Name of the record in the runtime's image store.
   */
  readonly recordName?: string;
  /**
   * Compressed size of all blobs, in bytes.
   */
  readonly sizeBytes?: number;
  /**
   * The same for people: `4.3 MB`.
   */
  readonly size?: string;
  /**
   * When the registry was last asked, or the archive read.
   */
  readonly lastPullTime?: string;
  /**
   * The last value of annotation tsmoby.dev/pull-request that was served.
   */
  readonly observedPullRequest?: string;
  /**
   * What the stored image was made from; another value means another pull or load.
   */
  readonly sourceFingerprint?: string;
  readonly progress?: ImageStatusProgress;
}
/**
 * While it is being fetched.
 */
export interface ImageStatusProgress {
  /**
   * Resolving, Downloading or Unpacking.
   */
  readonly phase?: string;
  /**
   * Bytes that are here.
   */
  readonly completedBytes?: number;
  /**
   * Bytes there will be.
   */
  readonly totalBytes?: number;
  /**
   * Number of layers.
   */
  readonly layers?: number;
  /**
   * Layers that are complete.
   */
  readonly layersDone?: number;
}

/**
 * Storage that outlives containers: a directory that tsmoby owns, memory (tmpfs), or a directory of this machine.
 */
export interface Volume extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Volume';
  readonly metadata: ObjectMeta;
  readonly spec: VolumeSpec;
  readonly status?: VolumeStatus;
}
/**
 * What the storage is. Without a source: a directory that tsmoby owns.
 */
export interface VolumeSpec {
  /**
   * The machine this object belongs to. Claimed once by the first machine that sees it, then fixed.
   */
  readonly nodeName?: string;
  readonly directory?: VolumeDirectory;
  readonly tmpfs?: VolumeTmpfs;
  readonly hostPath?: VolumeHostPath;
  /**
   * What happens to the data of a `directory` when this object is deleted. Retain: it stays, and a Volume of the same name finds it again.
   */
  readonly reclaimPolicy?: 'Retain' | 'Delete';
  /**
   * Image: when the volume is empty at its first use, it gets the image's content at the mount path, owners and modes kept.
   */
  readonly populate?: 'None' | 'Image';
}
/**
 * A directory that tsmoby owns, in its data directory.
 */
export interface VolumeDirectory {
  /**
   * Permission bits of the directory; default 0755 (493).
   */
  readonly mode?: number;
}
/**
 * Memory; empty again after a reboot.
 */
export interface VolumeTmpfs {
  /**
   * The most it may hold; default is half of the memory of the machine.
   */
  readonly sizeLimit?: number | string;
  /**
   * Permission bits of its root; default 0755 (493).
   */
  readonly mode?: number;
}
/**
 * A path of this machine, which the daemon must allow (`--allow-host-path`).
 */
export interface VolumeHostPath {
  /**
   * Absolute path.
   */
  readonly path: string;
  /**
   * What must be there; `DirectoryOrCreate` and `FileOrCreate` make it. Empty: anything.
   */
  readonly type?: '' | 'DirectoryOrCreate' | 'Directory' | 'FileOrCreate' | 'File' | 'Socket' | 'CharDevice' | 'BlockDevice';
}
/**
 * What is there.
 */
export interface VolumeStatus {
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.
   *
   * Items: One condition.
   */
  readonly conditions?: readonly Condition[];
  /**
   * Directory, Tmpfs or HostPath.
   */
  readonly type?: string;
  /**
   * Where it is on this machine.
   */
  readonly path?: string;
  /**
   * It was filled from an image, or was not empty when that was tried.
   */
  readonly populated?: boolean;
}

/**
 * A network that containers of its namespace are attached to, with addresses that they keep.
 */
export interface Network extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Network';
  readonly metadata: ObjectMeta;
  readonly spec: NetworkSpec;
  readonly status?: NetworkStatus;
}
/**
 * What the network is. Without anything: a bridge with a range of addresses that is free.
 */
export interface NetworkSpec {
  /**
   * The machine this object belongs to. Claimed once by the first machine that sees it, then fixed.
   */
  readonly nodeName?: string;
  /**
   * bridge: a network of its own on this machine. macvlan, ipvlan: a share in an interface of the machine. cni: what `config` says.
   */
  readonly driver?: 'bridge' | 'macvlan' | 'ipvlan' | 'cni';
  /**
   * Its ranges of addresses, one of each family at most. Default, for driver bridge: a free IPv4 range is picked.
   */
  readonly subnets?: readonly NetworkSubnet[];
  /**
   * Pick an IPv6 range, too, where none is given.
   */
  readonly ipv6?: boolean;
  /**
   * No way out of the network, and none in but from this machine.
   */
  readonly internal?: boolean;
  /**
   * Bytes in a packet; default is the machine's.
   */
  readonly mtu?: number;
  /**
   * macvlan, ipvlan: the machine's interface; default is that of the default route.
   */
  readonly parent?: string;
  /**
   * macvlan: bridge (default), private, vepa, passthru. ipvlan: l2 (default), l3, l3s.
   */
  readonly mode?: string;
  readonly config?: NetworkConfig;
}
/**
 * One range.
 */
export interface NetworkSubnet {
  /**
   * The range: `10.20.0.0/24`.
   */
  readonly subnet: string;
  /**
   * The way out: the address of the bridge, or of the router of the parent’s network. Default: the first after the first.
   */
  readonly gateway?: string;
}
/**
 * cni: a CNI configuration list, as it is. Another one is taken when no container is attached.
 */
export interface NetworkConfig {}
/**
 * What is there.
 */
export interface NetworkStatus {
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.
   *
   * Items: One condition.
   */
  readonly conditions?: readonly Condition[];
  /**
   * Its ranges of addresses, IPv4 first.
   */
  readonly subnets?: readonly NetworkStatusSubnet[];
  /**
   * Name of the bridge, or of the parent. The bridge is made when the first container comes.
   */
  readonly interface?: string;
}
/**
 * One range.
 */
export interface NetworkStatusSubnet {
  /**
   * The range.
   */
  readonly subnet?: string;
  /**
   * The way out.
   */
  readonly gateway?: string;
}

/**
 * An image, or files, that BuildKit makes, and makes anew when anything changes that goes into it.
 */
export interface Build extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Build';
  readonly metadata: ObjectMeta;
  readonly spec: BuildSpec;
  readonly status?: BuildStatus;
}
/**
 * What is built, from what, and what becomes of it.
 */
export interface BuildSpec {
  /**
   * The machine this object belongs to. Claimed once by the first machine that sees it, then fixed.
   */
  readonly nodeName?: string;
  /**
   * The Builder that does it.
   */
  readonly builderName?: string;
  /**
   * What Containers (`image`) and Builds (FROM) of this namespace call the result: `app:dev`. It is pushed nowhere.
   */
  readonly reference?: string;
  readonly context?: BuildContext;
  readonly dockerfile?: BuildDockerfile;
  readonly frontend?: BuildFrontend;
  /**
   * Values for ARG. They stand in the history of the image: secrets go to `secrets`.
   */
  readonly args?: readonly BuildArg[];
  /**
   * The stage to build; default is the last one.
   */
  readonly target?: string;
  /**
   * `os/arch` or `os/arch/variant`; default is that of the machine. Several make an index; Containers get that of the machine.
   */
  readonly platforms?: readonly string[];
  /**
   * Labels of the image.
   */
  readonly labels?: {
    readonly [k: string]: string;
  };
  /**
   * Further sources that FROM, COPY --from and RUN --mount=from= may name. They also stand in for an image of that name.
   */
  readonly contexts?: readonly BuildContext1[];
  /**
   * What RUN --mount=type=secret,id=… sees. A changed value is a new build.
   */
  readonly secrets?: readonly BuildSecret[];
  /**
   * What RUN --mount=type=ssh,id=… talks to.
   */
  readonly ssh?: readonly BuildSsh[];
  /**
   * Of RUN steps. Default: as the builder has it. Host: that of the machine, for which entitlement network.host is needed.
   */
  readonly network?: 'Default' | 'None' | 'Host';
  /**
   * Further lines of /etc/hosts in RUN steps.
   */
  readonly hostAliases?: readonly BuildHostAliase[];
  /**
   * Limits of the processes of RUN steps.
   */
  readonly ulimits?: readonly BuildUlimit[];
  /**
   * Size of /dev/shm in RUN steps.
   */
  readonly shmSize?: number | string;
  /**
   * Run every step.
   */
  readonly noCache?: boolean;
  /**
   * Run every step of these stages.
   */
  readonly noCacheStages?: readonly string[];
  /**
   * Of base images. Always: the registry is asked at every build, even for what an Image or a Build of this namespace holds.
   */
  readonly pullPolicy?: 'Always' | 'IfNotPresent';
  /**
   * Secrets of type kubernetes.io/dockerconfigjson in this namespace with credentials for the registry.
   */
  readonly imagePullSecrets?: readonly BuildImagePullSecret[];
  /**
   * Hosts (`host:port`) with plain HTTP, or certificates that nobody vouches for, when base images are asked for.
   */
  readonly insecureRegistries?: readonly string[];
  readonly cache?: BuildCache;
  readonly attestations?: BuildAttestations;
  /**
   * What the build may do beyond a sandbox; the daemon must allow it (`--allow-build-entitlement`).
   */
  readonly entitlements?: readonly ('network.host' | 'security.insecure')[];
  /**
   * How long one build may take.
   */
  readonly activeDeadlineSeconds?: number;
  /**
   * How often a build that failed by its own steps is tried again, before a change is waited for. What is not its fault (a builder or registry that is away) is always tried again.
   */
  readonly backoffLimit?: number;
  /**
   * What to do with the result; default is one image in the store of this machine.
   */
  readonly outputs?: readonly BuildOutput[];
  readonly basePolicy?: BuildBasePolicy;
  readonly contextPolicy?: BuildContextPolicy;
  /**
   * Build at once when a file of a context directory was saved.
   */
  readonly watch?: boolean;
  /**
   * Build nothing; what is there stays.
   */
  readonly suspend?: boolean;
  /**
   * How many results are kept besides the one in use, and those that Containers run or may be taken back to.
   */
  readonly historyLimit?: number;
  /**
   * Number of a result in `status.history` that is to be used instead of the newest; nothing is built until it is taken away.
   */
  readonly revertTo?: number;
}
/**
 * The files that COPY and ADD see. Without one there are none.
 */
export interface BuildContext {
  readonly directory?: BuildContextDirectory;
  readonly git?: BuildContextGit;
  readonly http?: BuildContextHttp;
  readonly inline?: BuildContextInline;
}
/**
 * A directory of this machine. What .dockerignore leaves out takes no part.
 */
export interface BuildContextDirectory {
  /**
   * Absolute path; in a manifest it may be relative, and counts from there.
   */
  readonly path: string;
}
/**
 * A git repository, fetched by the git program of this machine.
 */
export interface BuildContextGit {
  /**
   * `https://`, `http://`, `ssh://`, `git://`, `file://`, `user@host:path`, or an absolute path.
   */
  readonly url: string;
  /**
   * Branch, tag or commit; default is the HEAD of the repository. A branch is asked for at `contextPolicy.interval`.
   */
  readonly ref?: string;
  /**
   * The directory in it that is the context.
   */
  readonly subdirectory?: string;
  /**
   * Fetch submodules, too; default true.
   */
  readonly submodules?: boolean;
  readonly secretRef?: BuildContextGitSecretRef;
}
/**
 * A Secret of type kubernetes.io/basic-auth (a token is the password), or kubernetes.io/ssh-auth with `ssh-privatekey`, and `known_hosts` where the host has to be one of those.
 */
export interface BuildContextGitSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * A tar archive (plain, gzip, bzip2, xz or zstd) behind a URL, unpacked on this machine.
 */
export interface BuildContextHttp {
  /**
   * `https://` or `http://`.
   */
  readonly url: string;
  /**
   * Refuse any other content; without it the URL is asked at `contextPolicy.interval`.
   */
  readonly digest?: string;
  readonly secretRef?: BuildContextHttpSecretRef;
}
/**
 * A Secret of type kubernetes.io/basic-auth for the server.
 */
export interface BuildContextHttpSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Files that stand here.
 */
export interface BuildContextInline {
  /**
   * The files.
   */
  readonly files: readonly BuildContextInlineFile[];
}
/**
 * One file: its content as text, or as base64.
 */
export interface BuildContextInlineFile {
  /**
   * Relative path, without `..`.
   */
  readonly path: string;
  /**
   * Text.
   */
  readonly content?: string;
  /**
   * Bytes in base64.
   */
  readonly binaryContent?: string;
  /**
   * Mode 0755 instead of 0644.
   */
  readonly executable?: boolean;
}
/**
 * The Dockerfile, or what the front end reads instead.
 */
export interface BuildDockerfile {
  /**
   * Path of it in the context, or an absolute path of this machine.
   */
  readonly path?: string;
  /**
   * Its text, instead of a file.
   */
  readonly inline?: string;
}
/**
 * The program that reads it. A `# syntax=` line of a Dockerfile chooses one as well.
 */
export interface BuildFrontend {
  /**
   * dockerfile.v0 is part of BuildKit; gateway.v0 runs the image `source`.
   */
  readonly name?: 'dockerfile.v0' | 'gateway.v0';
  /**
   * Reference of the image of a front end.
   */
  readonly source?: string;
  /**
   * Attributes for the front end, as they are.
   */
  readonly options?: {
    readonly [k: string]: string;
  };
}
/**
 * One argument.
 */
export interface BuildArg {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * Its value; default is empty.
   */
  readonly value?: string;
  readonly valueFrom?: BuildArgValueFrom;
}
/**
 * Where its value comes from.
 */
export interface BuildArgValueFrom {
  readonly configMapKeyRef?: BuildArgValueFromConfigMapKeyRef;
}
/**
 * A key of a ConfigMap of this namespace.
 */
export interface BuildArgValueFromConfigMapKeyRef {
  /**
   * Name of the ConfigMap.
   */
  readonly name: string;
  /**
   * The key.
   */
  readonly key: string;
  /**
   * Leave the variable out when it is not there, instead of waiting.
   */
  readonly optional?: boolean;
}
/**
 * One of them, from one source.
 */
export interface BuildContext1 {
  /**
   * What the Dockerfile calls it: a name, or an image reference.
   */
  readonly name: string;
  readonly build?: BuildContextBuild;
  readonly image?: BuildContextImage;
  readonly directory?: BuildContextDirectory1;
  readonly git?: BuildContextGit1;
  readonly http?: BuildContextHttp1;
  readonly ociLayout?: BuildContextOciLayout;
  /**
   * An image of a registry.
   */
  readonly reference?: string;
}
/**
 * The result of another Build of this namespace; a new result is a new build here.
 */
export interface BuildContextBuild {
  /**
   * Its name.
   */
  readonly name: string;
}
/**
 * An Image of this namespace.
 */
export interface BuildContextImage {
  /**
   * Its name.
   */
  readonly name: string;
}
/**
 * A directory of this machine. What .dockerignore leaves out takes no part.
 */
export interface BuildContextDirectory1 {
  /**
   * Absolute path; in a manifest it may be relative, and counts from there.
   */
  readonly path: string;
}
/**
 * A git repository, fetched by the git program of this machine.
 */
export interface BuildContextGit1 {
  /**
   * `https://`, `http://`, `ssh://`, `git://`, `file://`, `user@host:path`, or an absolute path.
   */
  readonly url: string;
  /**
   * Branch, tag or commit; default is the HEAD of the repository. A branch is asked for at `contextPolicy.interval`.
   */
  readonly ref?: string;
  /**
   * The directory in it that is the context.
   */
  readonly subdirectory?: string;
  /**
   * Fetch submodules, too; default true.
   */
  readonly submodules?: boolean;
  readonly secretRef?: BuildContextGitSecretRef1;
}
/**
 * A Secret of type kubernetes.io/basic-auth (a token is the password), or kubernetes.io/ssh-auth with `ssh-privatekey`, and `known_hosts` where the host has to be one of those.
 */
export interface BuildContextGitSecretRef1 {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * A tar archive (plain, gzip, bzip2, xz or zstd) behind a URL, unpacked on this machine.
 */
export interface BuildContextHttp1 {
  /**
   * `https://` or `http://`.
   */
  readonly url: string;
  /**
   * Refuse any other content; without it the URL is asked at `contextPolicy.interval`.
   */
  readonly digest?: string;
  readonly secretRef?: BuildContextHttpSecretRef1;
}
/**
 * A Secret of type kubernetes.io/basic-auth for the server.
 */
export interface BuildContextHttpSecretRef1 {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * An image in an OCI layout directory of this machine.
 */
export interface BuildContextOciLayout {
  /**
   * Absolute path; in a manifest it may be relative.
   */
  readonly path: string;
  /**
   * Which image of several: digest of its index or manifest.
   */
  readonly digest?: string;
  /**
   * Which image of several: its tag.
   */
  readonly tag?: string;
}
/**
 * One secret.
 */
export interface BuildSecret {
  /**
   * What the Dockerfile calls it.
   */
  readonly id: string;
  readonly secretKeyRef: BuildSecretSecretKeyRef;
}
/**
 * A key of a Secret of this namespace.
 */
export interface BuildSecretSecretKeyRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * The key.
   */
  readonly key: string;
  /**
   * Leave the variable out when it is not there, instead of waiting.
   */
  readonly optional?: boolean;
}
/**
 * An agent, or keys for one that lives as long as the build. Just one of the two.
 */
export interface BuildSsh {
  /**
   * What the Dockerfile calls it; `default` when it names none.
   */
  readonly id?: string;
  /**
   * Absolute path of the socket of an agent.
   */
  readonly agentSocket?: string;
  readonly secretKeyRef?: BuildSshSecretKeyRef;
}
/**
 * A key of a Secret of this namespace.
 */
export interface BuildSshSecretKeyRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
  /**
   * The key.
   */
  readonly key: string;
  /**
   * Leave the variable out when it is not there, instead of waiting.
   */
  readonly optional?: boolean;
}
/**
 * Names of one address.
 */
export interface BuildHostAliase {
  /**
   * The address.
   */
  readonly ip: string;
  /**
   * Its names.
   */
  readonly hostnames: readonly string[];
}
/**
 * One limit.
 */
export interface BuildUlimit {
  /**
   * As in ulimit: nofile, nproc, core, …
   */
  readonly name: string;
  /**
   * The limit; -1 is none.
   */
  readonly soft: number;
  /**
   * The highest that a process may raise it to; default is `soft`. -1 is none.
   */
  readonly hard?: number;
}
/**
 * A reference to a Secret.
 */
export interface BuildImagePullSecret {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Build cache outside of the builder.
 */
export interface BuildCache {
  /**
   * Where steps that were built elsewhere are taken from.
   */
  readonly from?: readonly BuildCacheFrom[];
  /**
   * Where the steps of this build are put.
   */
  readonly to?: readonly BuildCacheTo[];
}
/**
 * One source.
 */
export interface BuildCacheFrom {
  readonly registry?: BuildCacheFromRegistry;
  readonly local?: BuildCacheFromLocal;
}
/**
 * A cache, or an image with an inline cache.
 */
export interface BuildCacheFromRegistry {
  /**
   * Its reference.
   */
  readonly reference: string;
  /**
   * Allow plain HTTP and certificates that nobody vouches for. Registries on a loopback address may always speak HTTP.
   */
  readonly insecure?: boolean;
}
/**
 * An OCI layout directory.
 */
export interface BuildCacheFromLocal {
  /**
   * Absolute path.
   */
  readonly path: string;
}
/**
 * One target.
 */
export interface BuildCacheTo {
  readonly registry?: BuildCacheToRegistry;
  readonly inline?: BuildCacheToInline;
  readonly local?: BuildCacheToLocal;
}
/**
 * A reference of its own.
 */
export interface BuildCacheToRegistry {
  /**
   * Its reference.
   */
  readonly reference: string;
  /**
   * Allow plain HTTP and certificates that nobody vouches for. Registries on a loopback address may always speak HTTP.
   */
  readonly insecure?: boolean;
  /**
   * min: what the result itself needs; max: every step.
   */
  readonly mode?: 'min' | 'max';
}
/**
 * Inside the image that is pushed.
 */
export interface BuildCacheToInline {}
/**
 * An OCI layout directory; the daemon must allow it (`--allow-host-path`).
 */
export interface BuildCacheToLocal {
  /**
   * Absolute path.
   */
  readonly path: string;
  /**
   * min: what the result itself needs; max: every step.
   */
  readonly mode?: 'min' | 'max';
}
/**
 * Statements about the result that are stored with it.
 */
export interface BuildAttestations {
  readonly sbom?: BuildAttestationsSbom;
  readonly provenance?: BuildAttestationsProvenance;
}
/**
 * What is in it, found by a scanner image.
 */
export interface BuildAttestationsSbom {
  /**
   * The scanner's image; default is BuildKit's own choice.
   */
  readonly generator?: string;
}
/**
 * How it was made.
 */
export interface BuildAttestationsProvenance {
  /**
   * min: what the result itself needs; max: every step.
   */
  readonly mode?: 'min' | 'max';
}
/**
 * One output.
 */
export interface BuildOutput {
  readonly image?: BuildOutputImage;
  readonly push?: BuildOutputPush;
  readonly ociArchive?: BuildOutputOciArchive;
  readonly tar?: BuildOutputTar;
  readonly directory?: BuildOutputDirectory;
}
/**
 * An image in the store of this machine, for Containers (`imageFrom`) and other Builds.
 */
export interface BuildOutputImage {}
/**
 * An image in a registry; credentials come from `imagePullSecrets`.
 */
export interface BuildOutputPush {
  /**
   * Where to: `registry.example.com/team/app:1.4`.
   */
  readonly reference: string;
  /**
   * Allow plain HTTP and certificates that nobody vouches for. Registries on a loopback address may always speak HTTP.
   */
  readonly insecure?: boolean;
}
/**
 * A tar file in OCI layout.
 */
export interface BuildOutputOciArchive {
  /**
   * Absolute path of the file. The daemon must allow it (`--allow-host-path`).
   */
  readonly path: string;
}
/**
 * The files of the result as a tar file.
 */
export interface BuildOutputTar {
  /**
   * Absolute path of the file. The daemon must allow it (`--allow-host-path`).
   */
  readonly path: string;
}
/**
 * The files of the result in a directory. Files that are there and not in the result stay.
 */
export interface BuildOutputDirectory {
  /**
   * Absolute path of the directory. The daemon must allow it (`--allow-host-path`).
   */
  readonly path: string;
}
/**
 * When a base image that changed in its registry makes a new build.
 */
export interface BuildBasePolicy {
  /**
   * How often its tags are asked for (`10m`, `24h`); 0 is never.
   */
  readonly interval?: string;
}
/**
 * When a changed context makes a new build.
 */
export interface BuildContextPolicy {
  /**
   * How often it is looked at (`30s`, `5m`); 0 is never, but for a changed spec and on request.
   */
  readonly interval?: string;
}
/**
 * What was built, and what is being built.
 */
export interface BuildStatus {
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.
   *
   * Items: One condition.
   */
  readonly conditions?: readonly Condition[];
  /**
   * The full form of `spec.reference`.
   */
  readonly reference?: string;
  /**
   * Number of the build whose result is in use.
   */
  readonly number?: number;
  /**
   * Digest of everything that went into it.
   */
  readonly key?: string;
  /**
   * Digest of the index or manifest in use.
   */
  readonly digest?: string;
  /**
   * Digest of the manifest for this machine's platform.
   */
  readonly manifestDigest?: string;
  /**
   * Chain id of the unpacked layers.
   */
  readonly chainId?: string;
  /**
   * The snapshotter that holds the unpacked layers.
   */
  readonly snapshotter?: string;
  /**
   * `os/arch[/variant]` of the manifest.
   */
  readonly platform?: string;
  /**
   * Name of the record in the runtime's image store.
   */
  readonly recordName?: string;
  /**
   * Compressed size of all blobs, in bytes.
   */
  readonly sizeBytes?: number;
  /**
   * The same for people: `4.3 MB`.
   */
  readonly size?: string;
  readonly lastBuild?: BuildStatusLastBuild;
  /**
   * Steps of the newest build: those that run or failed, then the latest; at most 50.
   */
  readonly steps?: readonly BuildStatusStep[];
  readonly context?: BuildStatusContext;
  /**
   * Base images, with the digests that count now.
   */
  readonly bases?: readonly BuildStatusBase[];
  /**
   * What the newest successful build left behind.
   */
  readonly outputs?: readonly BuildStatusOutput[];
  /**
   * What the linter of the front end said of the newest build; at most 20.
   */
  readonly warnings?: readonly BuildStatusWarning[];
  /**
   * Results that are kept, newest first, the one in use included.
   */
  readonly history?: readonly BuildStatusHistory[];
  /**
   * The last value of annotation tsmoby.dev/build-request that was served.
   */
  readonly observedBuildRequest?: string;
}
/**
 * The newest build, whether it runs or has ended.
 */
export interface BuildStatusLastBuild {
  /**
   * 1, 2, 3, …; also that of its log.
   */
  readonly number?: number;
  /**
   * Digest of everything that goes in.
   */
  readonly key?: string;
  /**
   * Why it was made.
   */
  readonly cause?: string;
  /**
   * Running, Succeeded, Failed, Cancelled, Superseded or Interrupted.
   */
  readonly phase?: string;
  /**
   * The generation of the spec that it was begun for: another one is another chance.
   */
  readonly generation?: number;
  /**
   * How often this key was tried in a row.
   */
  readonly attempts?: number;
  /**
   * How many of these tries failed by its own fault: what `backoffLimit` is about.
   */
  readonly failures?: number;
  /**
   * Where it was tried: address and version of the builder.
   */
  readonly builder?: string;
  /**
   * Digest of the versions of the Secrets for registries and ssh that it was tried with.
   */
  readonly credentials?: string;
  /**
   * When it began.
   */
  readonly startTime?: string;
  /**
   * When it ended.
   */
  readonly completionTime?: string;
  /**
   * How long it took: `1m2.5s`.
   */
  readonly duration?: string;
  /**
   * Steps that are known.
   */
  readonly totalSteps?: number;
  /**
   * Steps that are done, cached ones included.
   */
  readonly completedSteps?: number;
  /**
   * Steps whose result was there already.
   */
  readonly cachedSteps?: number;
  readonly failure?: BuildStatusLastBuildFailure;
}
/**
 * Why it failed.
 */
export interface BuildStatusLastBuildFailure {
  /**
   * In a word, as in the conditions.
   */
  readonly reason?: string;
  /**
   * Not by its own fault: it is tried again by itself.
   */
  readonly transient?: boolean;
  /**
   * What BuildKit said.
   */
  readonly message?: string;
  /**
   * The step.
   */
  readonly step?: string;
  /**
   * The file with the mistake, as the Dockerfile is named.
   */
  readonly file?: string;
  /**
   * First line of it, from 1.
   */
  readonly line?: number;
  /**
   * Last line of it.
   */
  readonly endLine?: number;
  /**
   * Those lines and their neighbours, numbered.
   */
  readonly excerpt?: string;
}
/**
 * One step.
 */
export interface BuildStatusStep {
  /**
   * As the front end calls it.
   */
  readonly name?: string;
  /**
   * Its result was there already.
   */
  readonly cached?: boolean;
  /**
   * It runs now.
   */
  readonly running?: boolean;
  /**
   * How long it took.
   */
  readonly duration?: string;
  /**
   * Why it failed.
   */
  readonly error?: string;
}
/**
 * The context as it was last looked at.
 */
export interface BuildStatusContext {
  /**
   * Digest of all files that take part.
   */
  readonly digest?: string;
  /**
   * Commit of a git context, digest of an archive.
   */
  readonly revision?: string;
  /**
   * How many files take part.
   */
  readonly files?: number;
  /**
   * Their bytes.
   */
  readonly sizeBytes?: number;
  /**
   * When it was last looked at and had changed.
   */
  readonly checkTime?: string;
}
/**
 * One image.
 */
export interface BuildStatusBase {
  /**
   * Its reference.
   */
  readonly reference?: string;
  /**
   * What it stands for.
   */
  readonly digest?: string;
  /**
   * Where that was found: Registry, or an object of the namespace such as `Image/base`.
   */
  readonly source?: string;
}
/**
 * One output.
 */
export interface BuildStatusOutput {
  /**
   * image, push, ociArchive, tar or directory.
   */
  readonly type?: string;
  /**
   * Reference or path.
   */
  readonly target?: string;
  /**
   * Digest of an image.
   */
  readonly digest?: string;
}
/**
 * One warning.
 */
export interface BuildStatusWarning {
  /**
   * What is wrong.
   */
  readonly message?: string;
  /**
   * Where.
   */
  readonly file?: string;
  /**
   * Line, from 1.
   */
  readonly line?: number;
  /**
   * Where it is explained.
   */
  readonly url?: string;
}
/**
 * One result.
 */
export interface BuildStatusHistory {
  /**
   * Number of its build.
   */
  readonly number?: number;
  /**
   * Digest of everything that went into it.
   */
  readonly key?: string;
  /**
   * Digest of the index or manifest.
   */
  readonly digest?: string;
  /**
   * Digest of the manifest for this machine's platform.
   */
  readonly manifestDigest?: string;
  /**
   * Name of the record in the runtime's image store.
   */
  readonly recordName?: string;
  /**
   * Why it was built.
   */
  readonly cause?: string;
  /**
   * When it was done.
   */
  readonly completionTime?: string;
  /**
   * How long it took.
   */
  readonly duration?: string;
}

/**
 * A BuildKit: one that is there, or one that tsmoby runs itself.
 */
export interface Builder extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Builder';
  readonly metadata: ObjectMeta;
  readonly spec: BuilderSpec;
  readonly status?: BuilderStatus;
}
/**
 * Where it is. Without endpoint and managed: whichever is found, buildkitd first, then dockerd, then a managed one.
 */
export interface BuilderSpec {
  /**
   * The machine this object belongs to. Claimed once by the first machine that sees it, then fixed.
   */
  readonly nodeName?: string;
  /**
   * `unix:///run/buildkit/buildkitd.sock`, `tcp://host:port`, or `docker:///var/run/docker.sock` for the BuildKit inside dockerd.
   */
  readonly endpoint?: string;
  readonly tls?: BuilderTls;
  /**
   * tsmoby runs it when a Build needs it: buildkitd or dockerd as a program of this machine, whichever is on PATH, else, or where `image` is given, buildkitd in a Container.
   */
  readonly managed?: boolean;
  /**
   * Run a managed one in a Container of this image, whatever programs there are. Without it a Container is only for a machine that has neither program; its image is `docker.io/moby/buildkit:latest`.
   */
  readonly image?: string;
  /**
   * A managed builder that had nothing to do for so long is stopped; 0 is never.
   */
  readonly idleTimeout?: string;
  /**
   * Builds at once; further ones wait their turn.
   */
  readonly maxParallelBuilds?: number;
  readonly prunePolicy?: BuilderPrunePolicy;
}
/**
 * For tcp.
 */
export interface BuilderTls {
  readonly secretRef: BuilderTlsSecretRef;
  /**
   * The name in its certificate; default is the host of the endpoint.
   */
  readonly serverName?: string;
}
/**
 * A Secret of namespace tsmoby-system with `ca.crt`, and `tls.crt` and `tls.key` where the server asks who we are.
 */
export interface BuilderTlsSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * What is kept of the build cache. Without it the builder decides by itself.
 */
export interface BuilderPrunePolicy {
  /**
   * The most that the cache may take; what was not used for longest goes first.
   */
  readonly keepStorage?: number | string;
  /**
   * What was not used for so long goes (`168h`).
   */
  readonly keepDuration?: string;
  /**
   * How often.
   */
  readonly interval?: string;
}
/**
 * What was found.
 */
export interface BuilderStatus {
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.
   *
   * Items: One condition.
   */
  readonly conditions?: readonly Condition[];
  /**
   * Buildkitd, Dockerd, or Managed with what runs it: `Managed (dockerd)`, `Managed (container)`.
   */
  readonly type?: string;
  /**
   * Where it is reached.
   */
  readonly endpoint?: string;
  /**
   * What it says of itself.
   */
  readonly version?: string;
  /**
   * Its workers; builds go to the first.
   */
  readonly workers?: readonly BuilderStatusWorker[];
  /**
   * What it builds for, in one line.
   */
  readonly platforms?: string;
  /**
   * The ways in which a result leaves it.
   */
  readonly exporters?: readonly string[];
  /**
   * How an image gets into this machine's store: ContentStore (only what is missing moves), Archive, or DockerArchive.
   */
  readonly landing?: string;
  /**
   * It stores in the containerd of this daemon: nothing moves at all.
   */
  readonly sharesContainerd?: boolean;
  /**
   * Its namespace in containerd.
   */
  readonly containerdNamespace?: string;
  readonly cache?: BuilderStatusCache;
  /**
   * Builds that run on it now.
   */
  readonly activeBuilds?: number;
  /**
   * When a managed builder last had something to do, or was asked for.
   */
  readonly lastUsedTime?: string;
  readonly lastPrune?: BuilderStatusLastPrune;
}
/**
 * One worker.
 */
export interface BuilderStatusWorker {
  /**
   * Its id.
   */
  readonly id?: string;
  /**
   * containerd, oci, or graphdriver in an old dockerd.
   */
  readonly executor?: string;
  /**
   * What it builds for.
   */
  readonly platforms?: readonly string[];
}
/**
 * Its build cache, as last asked.
 */
export interface BuilderStatusCache {
  /**
   * How many.
   */
  readonly records?: number;
  /**
   * Bytes of all.
   */
  readonly sizeBytes?: number;
  /**
   * The same for people.
   */
  readonly size?: string;
  /**
   * Bytes that nothing uses now.
   */
  readonly reclaimableBytes?: number;
}
/**
 * When the cache was last pruned by its policy.
 */
export interface BuilderStatusLastPrune {
  /**
   * When.
   */
  readonly time?: string;
  /**
   * Bytes that were freed.
   */
  readonly reclaimedBytes?: number;
}

/**
 * A directory, repository or artifact of manifests that this machine follows by itself.
 */
export interface Sync extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Sync';
  readonly metadata: ObjectMeta;
  readonly spec: SyncSpec;
  readonly status?: SyncStatus;
}
/**
 * What is followed, and how.
 */
export interface SyncSpec {
  readonly source: SyncSource;
  /**
   * The directory in the source with the manifests; default is all of it.
   */
  readonly path?: string;
  /**
   * How often the source is asked, and all files are compared with all objects; 0 is never. A watched source is compared at once when it changes, besides.
   */
  readonly interval?: string;
  /**
   * For objects that name no namespace; default is the namespace of this object.
   */
  readonly targetNamespace?: string;
  /**
   * Delete what the files had and have no more.
   */
  readonly prune?: boolean;
  /**
   * What becomes of the objects when this one is deleted: Prune (deleted) or Orphan (left).
   */
  readonly deletionPolicy?: 'Prune' | 'Orphan';
  /**
   * Leave everything as it is.
   */
  readonly suspend?: boolean;
  /**
   * Syncs of this namespace that must be ready first.
   */
  readonly dependsOn?: readonly SyncDependsOn[];
  /**
   * Ready only when every object is, in `timeout`.
   */
  readonly wait?: boolean;
  /**
   * For objects to become healthy.
   */
  readonly timeout?: string;
  /**
   * Other ideas of health than that of kstatus.
   */
  readonly readyExprs?: readonly SyncReadyExpr[];
  /**
   * Retry: try on. Revert: apply the last revision that was healthy again.
   */
  readonly onFailure?: 'Retry' | 'Revert';
  readonly drift?: SyncDrift;
  readonly substitute?: SyncSubstitute;
  readonly decryption?: SyncDecryption;
  readonly webhook?: SyncWebhook;
  /**
   * Servers that are told what becomes of it, by POST of JSON. What cannot be told for some minutes is not told; the condition NotificationFailed says so, and nothing else waits for it.
   */
  readonly notifications?: readonly SyncNotification[];
  readonly commitStatus?: SyncCommitStatus;
}
/**
 * Where the files come from.
 */
export interface SyncSource {
  readonly directory?: SyncSourceDirectory;
  readonly git?: SyncSourceGit;
  readonly oci?: SyncSourceOci;
}
/**
 * A directory of this machine; it is watched.
 */
export interface SyncSourceDirectory {
  /**
   * Absolute path; in a manifest it may be relative, and counts from there.
   */
  readonly path: string;
}
/**
 * A git repository, fetched by the git program of this machine. One on this machine is watched.
 */
export interface SyncSourceGit {
  /**
   * `https://`, `http://`, `ssh://`, `git://`, `file://`, `user@host:path`, or an absolute path.
   */
  readonly url: string;
  readonly ref?: SyncSourceGitRef;
  /**
   * Fetch submodules, too.
   */
  readonly submodules?: boolean;
  readonly secretRef?: SyncSourceGitSecretRef;
  readonly verify?: SyncSourceGitVerify;
}
/**
 * What of it; default is the branch that its HEAD names.
 */
export interface SyncSourceGitRef {
  /**
   * The newest commit of this branch.
   */
  readonly branch?: string;
  /**
   * This tag.
   */
  readonly tag?: string;
  /**
   * The highest tag in this range: `>=1.2.0 <2`, `~1.4`, `1.x`. Pre-releases only where the range names one.
   */
  readonly semver?: string;
  /**
   * This commit.
   */
  readonly commit?: string;
}
/**
 * A Secret of type kubernetes.io/basic-auth (a token is the password), or kubernetes.io/ssh-auth with `ssh-privatekey`, and `known_hosts` where the host has to be one of those.
 */
export interface SyncSourceGitSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Apply only what one of these has signed.
 */
export interface SyncSourceGitVerify {
  /**
   * What has to be signed: the commit, or the tag that `ref` chose.
   */
  readonly mode?: 'Commit' | 'Tag';
  readonly secretRef: SyncSourceGitVerifySecretRef;
}
/**
 * A Secret with public keys: every key of it that ends in `.asc` or `.gpg` is one for gpg, every other one for ssh (a public key, or lines of an allowed_signers file).
 */
export interface SyncSourceGitVerifySecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * An artifact of a registry, as `flux push artifact` or `oras push` make it: its first tar layer.
 */
export interface SyncSourceOci {
  /**
   * Registry reference with a tag or digest; default is the tag latest.
   */
  readonly reference: string;
  /**
   * The highest tag in this range instead.
   */
  readonly semver?: string;
  /**
   * Allow plain HTTP and certificates that nobody vouches for.
   */
  readonly insecure?: boolean;
  readonly secretRef?: SyncSourceOciSecretRef;
}
/**
 * A Secret of type kubernetes.io/dockerconfigjson.
 */
export interface SyncSourceOciSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * One of them.
 */
export interface SyncDependsOn {
  /**
   * Its name.
   */
  readonly name: string;
}
/**
 * For objects of one kind.
 */
export interface SyncReadyExpr {
  /**
   * Group and version.
   */
  readonly apiVersion: string;
  /**
   * Kind.
   */
  readonly kind: string;
  /**
   * CEL over `object`; true is healthy. An error is not yet healthy.
   */
  readonly expression: string;
}
/**
 * Objects that somebody else changed.
 */
export interface SyncDrift {
  /**
   * Enforce: set back at once. Warn: tell of it, and set back when the files change.
   */
  readonly mode?: 'Enforce' | 'Warn';
  /**
   * Fields that belong to others once the object is there.
   */
  readonly ignore?: readonly SyncDriftIgnore[];
}
/**
 * Of which objects, and which fields.
 */
export interface SyncDriftIgnore {
  /**
   * Only of this group and version.
   */
  readonly apiVersion?: string;
  /**
   * Only of this kind.
   */
  readonly kind?: string;
  /**
   * Only in this namespace.
   */
  readonly namespace?: string;
  /**
   * Only with this name.
   */
  readonly name?: string;
  /**
   * JSON pointers: `/spec/resources`, `/metadata/labels/a~1b`.
   */
  readonly pointers: readonly string[];
}
/**
 * Variables in texts of the files: `${VAR}`, `${VAR:-default}`, `${VAR:=default}`; `$${` stands for `${`. Without this nothing is substituted.
 */
export interface SyncSubstitute {
  /**
   * Values.
   */
  readonly vars?: {
    readonly [k: string]: string;
  };
  /**
   * Every key of these is a variable; later ones win over earlier ones, and `vars` over all.
   */
  readonly from?: readonly SyncSubstituteFrom[];
  /**
   * Variables of the daemon's environment that may be used.
   */
  readonly env?: readonly string[];
  /**
   * A variable without value and default is an error; else it is empty.
   */
  readonly strict?: boolean;
}
/**
 * A ConfigMap or Secret of this namespace.
 */
export interface SyncSubstituteFrom {
  /**
   * ConfigMap or Secret.
   */
  readonly kind: 'ConfigMap' | 'Secret';
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * It need not be there.
   */
  readonly optional?: boolean;
}
/**
 * Keys for encrypted files (SOPS with age, and age).
 */
export interface SyncDecryption {
  readonly secretRef: SyncDecryptionSecretRef;
}
/**
 * A Secret whose keys that end in `.agekey` hold age identities.
 */
export interface SyncDecryptionSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Look at the source at once when the host of the repository or registry calls. Calls are taken where `tsmoby daemon --webhook-listen` listens, at the path in status.webhookPath.
 */
export interface SyncWebhook {
  /**
   * Who calls, and so how calls are signed: GitHub (X-Hub-Signature-256), GitLab (X-Gitlab-Token), Gitea (X-Gitea-Signature; Forgejo, too), GenericHMAC (X-Signature: `sha256=` and the HMAC of the body), or Generic (not at all: who knows the path may call).
   */
  readonly type: 'GitHub' | 'GitLab' | 'Gitea' | 'GenericHMAC' | 'Generic';
  readonly secretRef: SyncWebhookSecretRef;
}
/**
 * A Secret whose key `token` is the secret that the other side signs with. The path is derived from it, too, so another token is another path.
 */
export interface SyncWebhookSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * One server.
 */
export interface SyncNotification {
  /**
   * Tells it from the others.
   */
  readonly name: string;
  /**
   * Where to POST. An address that is a secret itself stands in the Secret instead.
   */
  readonly url?: string;
  readonly secretRef?: SyncNotificationSecretRef;
  /**
   * Only these: attempts that ended (Applied, Failed, RolledBack), objects that differ with drift.mode Warn (Drifted), too many deletions at once (PruneBlocked), and whatever else needs a person (Stalled). Default is all of them.
   */
  readonly events?: readonly ('Applied' | 'Failed' | 'RolledBack' | 'Drifted' | 'PruneBlocked' | 'Stalled')[];
}
/**
 * A Secret with any of: `address`, in place of url; `token`, sent as Authorization: Bearer; `signingKey`, whose HMAC of the body is sent as X-Signature: sha256=…; `ca.crt`, who vouches for the server.
 */
export interface SyncNotificationSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * Set a status of the commit: pending, success or failure.
 */
export interface SyncCommitStatus {
  /**
   * Whose API it is. Gitea is Forgejo, too.
   */
  readonly provider: 'GitHub' | 'GitLab' | 'Gitea';
  /**
   * Base of the API; default is that of the host of the repository: https://api.github.com, https://HOST/api/v3 (GitHub Enterprise), https://HOST/api/v4 (GitLab), https://HOST/api/v1 (Gitea).
   */
  readonly address?: string;
  /**
   * `owner/name`, of GitLab the whole path of the project; default is that of source.git.url.
   */
  readonly repository?: string;
  readonly secretRef: SyncCommitStatusSecretRef;
  /**
   * Tells this status from those of others; default is sync/NAMESPACE/NAME.
   */
  readonly context?: string;
}
/**
 * A Secret with `token` (or `password`), which may set statuses, and perhaps `ca.crt`, who vouches for the server.
 */
export interface SyncCommitStatusSecretRef {
  /**
   * Name of the Secret.
   */
  readonly name: string;
}
/**
 * What became of it.
 */
export interface SyncStatus {
  /**
   * The generation of the spec that this status speaks of.
   */
  readonly observedGeneration?: number;
  /**
   * What is true of the object now; Ready, Reconciling and Stalled mean what they mean in kstatus.
   *
   * Items: One condition.
   */
  readonly conditions?: readonly Condition[];
  /**
   * How many objects it holds.
   */
  readonly objects?: number;
  /**
   * How many files they come from.
   */
  readonly files?: number;
  /**
   * What was last tried.
   */
  readonly lastAttemptedRevision?: string;
  /**
   * sha256 of its files.
   */
  readonly lastAttemptedDigest?: string;
  /**
   * What is applied.
   */
  readonly lastAppliedRevision?: string;
  /**
   * sha256 of its files.
   */
  readonly lastAppliedDigest?: string;
  /**
   * What was last applied and healthy.
   */
  readonly lastHealthyRevision?: string;
  /**
   * sha256 of its files.
   */
  readonly lastHealthyDigest?: string;
  /**
   * Who signed what is applied.
   */
  readonly signer?: string;
  /**
   * The last value of annotation tsmoby.dev/reconcile-request that was served.
   */
  readonly observedRequest?: string;
  /**
   * Where calls are taken. Whoever knows it may try to sign one, so it is told to nobody else.
   */
  readonly webhookPath?: string;
  /**
   * What each server was told last, by marks that mean nothing else.
   */
  readonly notifications?: readonly SyncStatusNotification[];
  readonly commitStatus?: SyncStatusCommitStatus;
  readonly pendingPrune?: SyncStatusPendingPrune;
  /**
   * In mode Warn: objects that differ, with the fields; at most 10.
   */
  readonly drifted?: readonly string[];
  /**
   * The last five attempts, newest first.
   */
  readonly history?: readonly SyncStatusHistory[];
}
/**
 * One server.
 */
export interface SyncStatusNotification {
  /**
   * Its name.
   */
  readonly name: string;
  /**
   * The attempt.
   */
  readonly attempt?: string;
  /**
   * Objects that differ.
   */
  readonly drift?: string;
  /**
   * What the brake holds back.
   */
  readonly brake?: string;
  /**
   * What needs a person.
   */
  readonly stall?: string;
}
/**
 * The status of a commit that was set last.
 */
export interface SyncStatusCommitStatus {
  /**
   * Of which commit.
   */
  readonly commit?: string;
  /**
   * pending, success or failure.
   */
  readonly state?: string;
  /**
   * Stands for where it was set.
   */
  readonly target?: string;
}
/**
 * What the brake holds back.
 */
export interface SyncStatusPendingPrune {
  /**
   * How many objects.
   */
  readonly objects?: number;
  /**
   * What `tsmoby sync approve` approves.
   */
  readonly digest?: string;
  /**
   * Some of them, as kind/namespace/name.
   */
  readonly examples?: readonly string[];
}
/**
 * One application of one revision.
 */
export interface SyncStatusHistory {
  /**
   * What was applied.
   */
  readonly revision?: string;
  /**
   * sha256 of all files that took part.
   */
  readonly digest?: string;
  /**
   * When it began.
   */
  readonly startTime?: string;
  /**
   * Milliseconds that it took, health included.
   */
  readonly durationMs?: number;
  /**
   * Applied, Failed or RolledBack.
   */
  readonly outcome?: string;
  /**
   * Why it failed.
   */
  readonly message?: string;
}

/**
 * Asks what would happen to containers, images, networks and data if objects were as the question says. Answered at once by the planners that the controllers run; nothing is kept, and nothing is changed.
 */
export interface Plan extends KubeObject {
  readonly apiVersion: 'tsmoby.dev/v1alpha1';
  readonly kind: 'Plan';
  readonly metadata: ObjectMeta;
  readonly spec: PlanSpec;
  readonly status?: PlanStatus;
}
/**
 * The question.
 */
export interface PlanSpec {
  /**
   * Objects that would be made, changed or deleted, all together. Of an object that is not named the present one counts.
   */
  readonly changes?: readonly PlanChange[];
}
/**
 * One of object and delete.
 */
export interface PlanChange {
  /**
   * The whole object as it would be, defaults filled in: the answer to a dry run.
   */
  readonly object?: JsonObject;
  readonly delete?: PlanChangeDelete;
}
/**
 * An object that would be deleted.
 */
export interface PlanChangeDelete {
  /**
   * apiVersion of the object.
   */
  readonly apiVersion: string;
  /**
   * Kind of the object.
   */
  readonly kind: string;
  /**
   * Namespace of the object; absent for kinds without one.
   */
  readonly namespace?: string;
  /**
   * Name of the object.
   */
  readonly name: string;
}
/**
 * The answer, filled in by the server.
 */
export interface PlanStatus {
  /**
   * First the objects of the question in its order, then others with something to do because of them, by kind, namespace and name. A question because of which more than 10,000 others would be told of is refused.
   */
  readonly objects?: readonly PlanStatusObject[];
}
/**
 * What becomes of an object.
 */
export interface PlanStatusObject {
  /**
   * apiVersion of the object.
   */
  readonly apiVersion: string;
  /**
   * Kind of the object.
   */
  readonly kind: string;
  /**
   * Namespace of the object; absent for kinds without one.
   */
  readonly namespace?: string;
  /**
   * Name of the object.
   */
  readonly name: string;
  /**
   * uid of the object; absent for one that is not there yet.
   */
  readonly uid?: string;
  /**
   * Changed and Deleted: the question says so. Affected: it follows from others.
   */
  readonly because: 'Changed' | 'Deleted' | 'Affected';
  /**
   * What it comes to, in one word.
   */
  readonly action: 'Create' | 'Replace' | 'Restart' | 'Update' | 'Delete' | 'Retain' | 'Pull' | 'Load' | 'Build' | 'Wait' | 'None' | 'Unknown';
  /**
   * The same in a sentence, with the cause. With Unknown: why it cannot be told.
   */
  readonly message?: string;
  /**
   * What its controller would do, in order; empty when nothing is to do.
   */
  readonly steps: readonly PlanStatusObjectStep[];
}
/**
 * One step.
 */
export interface PlanStatusObjectStep {
  /**
   * What is done: Pull, Create, Start, Stop, Delete, UpdateResources and others.
   */
  readonly type: string;
  /**
   * With what: an image reference, a path, a name. Never the value of a secret.
   */
  readonly target?: string;
  /**
   * Why, for a person.
   */
  readonly cause: string;
}
