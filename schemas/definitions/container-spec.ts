/** The spec of a Container: core/v1 Container and the parts of PodSpec that concern one container. */
import type { StructuralSchema } from '../structural/schema.ts';
import { healthRules, lifecycle, livenessProbe, readinessProbe, startupProbe } from './container-health.ts';
import { dnsConfig, dnsPolicy, hostAliases, nameRules } from './container-names.ts';
import { networkMode, networkRules, networks, ports, publishNotReadyAddresses } from './container-network.ts';
import {
  dependsOn,
  minReadySeconds,
  paused,
  progressDeadlineSeconds,
  revisionHistoryLimit,
  updateRules,
  updateStrategy,
} from './container-update.ts';
import { devices, hostIPC, hostPID, securityContext, securityRules } from './container-security.ts';
import { ulimits } from './ulimits.ts';
import { envOnChange, mountOnChange, onChangeSource, subPathOnChange } from './container-on-change.ts';
import {
  absolutePath,
  atomicList,
  boolean,
  dnsLabel,
  fileMode,
  integer,
  keyedList,
  keyToPathItems,
  nodeName,
  nodeNameRule,
  object,
  ownerId,
  pullPolicy,
  pullSecrets,
  quantity,
  string,
} from './fragments.ts';

export const keySelector = (what: string): StructuralSchema =>
  object(
    `A key of a ${what} of this namespace.`,
    {
      name: string(`Name of the ${what}.`, { minLength: 1 }),
      key: string('The key.', { minLength: 1 }),
      optional: boolean('Leave the variable out when it is not there, instead of waiting.'),
    },
    { required: ['name', 'key'], 'x-kubernetes-map-type': 'atomic' },
  );

const env = keyedList(
  'Environment variables. `$(NAME)` in values, command and args stands for a variable; `$$(NAME)` is left as it is.',
  ['name'],
  object(
    'One variable.',
    {
      name: string('Its name.', { minLength: 1, pattern: '^[^=\\x00]+$' }),
      value: string('Its value.'),
      valueFrom: object(
        'Where its value comes from.',
        {
          configMapKeyRef: keySelector('ConfigMap'),
          secretKeyRef: keySelector('Secret'),
          fieldRef: object(
            'A field of this object: metadata.name, metadata.namespace, metadata.uid, metadata.labels[…], metadata.annotations[…], spec.nodeName.',
            { fieldPath: string('Path of the field.', { minLength: 1 }) },
            { required: ['fieldPath'], 'x-kubernetes-map-type': 'atomic' },
          ),
        },
        { minProperties: 1, maxProperties: 1 },
      ),
    },
    {
      required: ['name'],
      'x-kubernetes-validations': [
        { rule: '!(has(self.value) && has(self.valueFrom))', message: 'give value or valueFrom, not both' },
      ],
    },
  ),
  { maxItems: 1000 },
);

const envSource = (what: string): StructuralSchema =>
  object(
    `All keys of a ${what}.`,
    {
      name: string(`Name of the ${what}.`, { minLength: 1 }),
      optional: boolean('Go on without it when it is not there.'),
    },
    { required: ['name'], 'x-kubernetes-map-type': 'atomic' },
  );

const envFrom = atomicList(
  'Whole ConfigMaps and Secrets as variables; later ones win, and `env` wins over all.',
  object('One source.', {
    prefix: string('Put before each name.'),
    configMapRef: envSource('ConfigMap'),
    secretRef: envSource('Secret'),
  }),
  { maxItems: 100 },
);

const projectedOwner = {
  defaultMode: fileMode('Permission bits of the files; default 0644 (420).'),
  defaultUid: ownerId('User id that owns the files; default 0.'),
  defaultGid: ownerId('Group id that owns the files; default 0.'),
};

const volumes = keyedList(
  'What `volumeMounts` can mount. One source each.',
  ['name'],
  object(
    'One volume.',
    {
      name: string('Its name in this spec.', { maxLength: 63, pattern: dnsLabel }),
      volume: object(
        'A Volume object of this namespace.',
        { name: string('Its name.', { minLength: 1 }) },
        { required: ['name'] },
      ),
      emptyDir: object('An empty directory that lives as long as this Container object.', {
        medium: string('Memory: a tmpfs that lives as long as the instance.', { enum: ['', 'Memory'] }),
        sizeLimit: quantity('The most it may hold (medium Memory).'),
      }),
      hostPath: object(
        'A path of this machine, which the daemon must allow.',
        {
          path: string('Absolute path.', { pattern: absolutePath }),
          type: string('What must be there.', {
            enum: ['', 'DirectoryOrCreate', 'Directory', 'FileOrCreate', 'File', 'Socket', 'CharDevice', 'BlockDevice'],
          }),
        },
        { required: ['path'] },
      ),
      configMap: object(
        'The keys of a ConfigMap as files.',
        {
          name: string('Its name.', { minLength: 1 }),
          items: keyToPathItems,
          ...projectedOwner,
          optional: boolean('Go on without it when it is not there.'),
        },
        { required: ['name'] },
      ),
      secret: object(
        'The keys of a Secret as files, in memory only.',
        {
          secretName: string('Its name.', { minLength: 1 }),
          items: keyToPathItems,
          ...projectedOwner,
          optional: boolean('Go on without it when it is not there.'),
        },
        { required: ['secretName'] },
      ),
    },
    {
      required: ['name'],
      'x-kubernetes-validations': [
        {
          rule: '[has(self.volume), has(self.emptyDir), has(self.hostPath), has(self.configMap), has(self.secret)].filter(x, x).size() == 1',
          message: 'give exactly one of volume, emptyDir, hostPath, configMap and secret',
        },
      ],
    },
  ),
  { maxItems: 200 },
);

const volumeMounts = keyedList(
  'Where volumes appear in the container.',
  ['mountPath'],
  object(
    'One mount.',
    {
      name: string('Name of the volume in `volumes`.', { minLength: 1, maxLength: 63 }),
      mountPath: string('Absolute path in the container.', { pattern: '^/[^:]*$', minLength: 2 }),
      subPath: string(
        'Mount only this path below the volume. It does not follow later changes of a ConfigMap or Secret.',
        { maxLength: 4096 },
      ),
      readOnly: boolean('Mount read-only.'),
      onChange: mountOnChange,
    },
    {
      required: ['name', 'mountPath'],
      'x-kubernetes-validations': [
        {
          rule: "!has(self.subPath) || (!self.subPath.startsWith('/') && !self.subPath.matches('(^|/)[.][.](/|$)'))",
          message: 'subPath is relative and has no ..',
          fieldPath: '.subPath',
        },
        subPathOnChange,
      ],
    },
  ),
  { maxItems: 200 },
);

const quantities = (description: string): StructuralSchema =>
  object(description, {
    cpu: quantity('Cores: `500m` is half of one.'),
    memory: quantity('Bytes: `64Mi`.'),
    pids: quantity('Number of processes and threads.'),
  });

export const containerSpec: StructuralSchema = object(
  'What is wanted.',
  {
    nodeName,
    image: string('Image reference; an Image object of this namespace with this reference is used, or made.', {
      minLength: 1,
      maxLength: 1024,
    }),
    imageFrom: object(
      'An object of this namespace that gives the image, followed when it changes.',
      {
        kind: string('Kind of the object.', { enum: ['Image', 'Build'], default: 'Image' }),
        name: string('Its name.', { minLength: 1 }),
      },
      { required: ['name'] },
    ),
    imagePullPolicy: pullPolicy('As in core/v1. Default: Always for the tag latest, else IfNotPresent.'),
    imagePullSecrets: pullSecrets,
    command: atomicList("Replaces the image's entrypoint.", { type: 'string' }),
    args: atomicList("Replaces the image's command.", { type: 'string' }),
    workingDir: string('Directory the process starts in; default is the image’s.', { pattern: absolutePath }),
    env,
    envFrom,
    envOnChange,
    volumes,
    volumeMounts,
    resources: object('Limits and requests; limits change without a restart.', {
      limits: quantities('The most it may use.'),
      requests: quantities('What it is weighed by when the machine is busy (cpu).'),
    }),
    restartPolicy: string('What follows when the process ends.', {
      enum: ['Always', 'OnFailure', 'Never'],
      default: 'Always',
    }),
    terminationGracePeriodSeconds: integer('Between the stop signal and SIGKILL.', { minimum: 0, default: 30 }),
    terminationMessagePath: string('File whose content becomes the message of the ended run.', {
      default: '/dev/termination-log',
    }),
    terminationMessagePolicy: string(
      'FallbackToLogsOnError: the end of the log when the file is empty and it failed.',
      {
        enum: ['File', 'FallbackToLogsOnError'],
        default: 'File',
      },
    ),
    lifecycle,
    livenessProbe,
    readinessProbe,
    startupProbe,
    dependsOn,
    updateStrategy,
    minReadySeconds,
    progressDeadlineSeconds,
    revisionHistoryLimit,
    paused,
    securityContext,
    ulimits: ulimits('Limits of its processes; default are 1024 open files (hard: 524288), and what the daemon has.'),
    devices,
    hostname: string('Host name in the container; default is the name of this object.', {
      maxLength: 63,
      pattern: dnsLabel,
    }),
    hostNetwork: boolean("Use this machine's network."),
    hostPID,
    hostIPC,
    networkMode,
    networks,
    ports,
    publishNotReadyAddresses,
    hostAliases,
    dnsPolicy,
    dnsConfig,
    init: boolean('Run a small init as process 1, which reaps orphans and passes signals on.'),
    stdin: boolean(
      'Keep an input open for it, which `attach -i` writes to. Without it, a process that reads finds the end of its input at once.',
    ),
    stdinOnce: boolean(
      'With stdin: the first who attaches an input also ends it, by ending his own or by going away. It stays ended until the process is started again.',
    ),
    tty: boolean('Give it a terminal. Use it with stdin to talk to it.'),
    logging: object('Rotation of its log.', {
      maxSize: quantity('Size at which a file is rotated; default 10Mi.'),
      maxFiles: integer('Files kept, the current one included; default 5.', {
        format: 'int32',
        minimum: 1,
        maximum: 100,
      }),
    }),
  },
  {
    'x-kubernetes-validations': [
      nodeNameRule,
      ...networkRules,
      ...nameRules,
      ...healthRules,
      ...updateRules,
      ...securityRules,
      {
        rule: 'has(self.image) != has(self.imageFrom)',
        message: 'give image or imageFrom, and not both',
        reason: 'FieldValueRequired',
        fieldPath: '.image',
      },
      {
        rule: '!has(self.volumeMounts) || self.volumeMounts.all(m, has(self.volumes) && self.volumes.exists(v, v.name == m.name))',
        message: 'every volumeMounts[].name needs an entry in volumes',
        fieldPath: '.volumeMounts',
      },
      onChangeSource,
    ],
  },
);
