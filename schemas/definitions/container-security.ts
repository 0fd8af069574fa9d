/** What the process of a Container may do, and which of the machine's namespaces and devices it has. */
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import { atomicList, boolean, keyedList, object, string } from './fragments.ts';

const intOrName = (description: string): StructuralSchema => ({
  description,
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
});

/** Those of an IPC namespace (sysctl/kernel and sysctl/fs of the kernel's documentation). */
const IPC_SYSCTLS = ['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'].map(
  (name) => `kernel.${name}`,
);
const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
const isIpc = `s.name.startsWith('fs.mqueue.') || s.name in [${listed(IPC_SYSCTLS)}]`;

const sysctls = atomicList(
  'Settings of the kernel for the namespaces that are its own, set whenever a process is started.',
  object(
    'One setting.',
    {
      name: string('As sysctl writes it, with dots.', {
        minLength: 1,
        maxLength: 253,
        pattern: '^[a-z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?([.][a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?)+$',
      }),
      value: string('What is written into it.', { maxLength: 1024 }),
    },
    { required: ['name', 'value'] },
  ),
  {
    maxItems: 64,
    'x-kubernetes-validations': [
      {
        rule: `self.all(s, s.name.startsWith('net.') || s.name == 'kernel.domainname' || ${isIpc})`,
        message:
          'a container has net.*, fs.mqueue.*, kernel.msg*, kernel.sem, kernel.shm* and kernel.domainname of its own; all others are set on the machine',
      },
    ],
  },
);

export const securityContext = object('What the process may do.', {
  runAsUser: intOrName("User id, or a name from the image's /etc/passwd; default is the image's user."),
  runAsGroup: intOrName("Group id, or a name from the image's /etc/group; default is the user's group."),
  runAsNonRoot: boolean('Refuse to start as user 0.'),
  supplementalGroups: atomicList('More groups.', intOrName("Group id, or a name from the image's /etc/group."), {
    maxItems: 256,
  }),
  supplementalGroupsPolicy: string(
    "Merge (default): also the groups that list its user in the image's /etc/group. Strict: only those that are given.",
    { enum: ['Merge', 'Strict'] },
  ),
  privileged: boolean('All capabilities, all devices, no filters. As good as root on this machine.'),
  allowPrivilegeEscalation: boolean(
    'false sets no_new_privs: setuid programs give nothing. Default true, as in core/v1.',
  ),
  readOnlyRootFilesystem: boolean('The root file system cannot be written.'),
  capabilities: object('Changes to the default set of capabilities; without CAP_, ALL means all.', {
    add: atomicList('To add.', { type: 'string' }),
    drop: atomicList('To drop.', { type: 'string' }),
  }),
  seccompProfile: object(
    'Which system calls are allowed.',
    {
      type: string('RuntimeDefault: the computed allow list. Unconfined: all.', {
        enum: ['RuntimeDefault', 'Unconfined'],
      }),
    },
    { required: ['type'] },
  ),
  sysctls,
});

export const hostPID = boolean("Use this machine's processes: it sees all of them, and may signal those of its user.");
export const hostIPC = boolean("Use this machine's System V IPC, message queues and /dev/shm.");

export const devices = keyedList(
  'Devices of this machine, which the daemon must allow as it does host paths.',
  ['hostPath'],
  object(
    'One device, or all in a directory.',
    {
      hostPath: string('Path below /dev.', { pattern: '^/dev/.*[^/]$', maxLength: 4096 }),
      containerPath: string('Path in the container; default is hostPath.', {
        pattern: '^/dev/.*[^/]$',
        maxLength: 4096,
      }),
      permissions: string('What it may do: read (r), write (w), make the node (m).', {
        pattern: '^[rwm]{1,3}$',
        default: 'rwm',
      }),
    },
    {
      required: ['hostPath'],
      'x-kubernetes-validations': [
        {
          rule: "!has(self.containerPath) || !self.containerPath.matches('(^|/)[.][.]?(/|$)')",
          message: 'containerPath has no . and ..',
          fieldPath: '.containerPath',
        },
      ],
    },
  ),
  { maxItems: 64 },
);

const sysctlsAre = (rule: string): string =>
  `!has(self.securityContext) || !has(self.securityContext.sysctls) || self.securityContext.sysctls.all(s, ${rule})`;

export const securityRules: readonly ValidationRule[] = [
  {
    rule: `!(has(self.hostNetwork) && self.hostNetwork) && (!has(self.networkMode) || !self.networkMode.startsWith('container:')) || (${sysctlsAre("!s.name.startsWith('net.')")})`,
    message: 'net.* belongs to the network: set it on this machine, or on the container whose network it is',
    fieldPath: '.securityContext.sysctls',
  },
  {
    rule: `!(has(self.hostIPC) && self.hostIPC) || (${sysctlsAre(`!(${isIpc})`)})`,
    message: "with hostIPC kernel.* and fs.mqueue.* are this machine's: set them there",
    fieldPath: '.securityContext.sysctls',
  },
];
