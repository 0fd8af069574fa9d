/** How a Container is reached: networks, addresses, published ports. */
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import { atomicList, boolean, dnsLabel, integer, keyedList, object, string } from './fragments.ts';

/** Underscores are no part of host names, but people use them, and resolvers take them. */
const dnsName = '^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?([.][a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$';
const port = (description: string, more: Partial<StructuralSchema> = {}): StructuralSchema =>
  integer(description, { format: 'int32', minimum: 1, maximum: 65535, ...more });
const protocol = string('TCP, UDP or SCTP.', { enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' });

export const networkMode: StructuralSchema = string(
  '`none`: loopback only. `container:<name>`: the network of another Container of this namespace, addresses and loopback included. Default: `networks`.',
  { pattern: '^(none|container:[a-z0-9]([-a-z0-9.]*[a-z0-9])?)$', maxLength: 263 },
);

export const networks: StructuralSchema = keyedList(
  'Networks of this namespace that it is in; they come and go without a restart. Default: the network `default`, where the namespace has one.',
  ['name'],
  object(
    'One network. The first gives the way out.',
    {
      name: string('Name of the Network.', { minLength: 1, maxLength: 253 }),
      aliases: atomicList(
        'Further names under which others in this network find it.',
        { type: 'string', maxLength: 253, pattern: dnsName },
        { maxItems: 32 },
      ),
      ip: string('The IPv4 address it must have; default is any, which it keeps.', { format: 'ipv4' }),
      ip6: string('The IPv6 address it must have.', { format: 'ipv6' }),
    },
    { required: ['name'] },
  ),
  { maxItems: 16 },
);

export const ports: StructuralSchema = atomicList(
  'Ports it listens on, and where this machine publishes them. They change without a restart.',
  object(
    'One port, or a range of them.',
    {
      name: string('A name that probes can use.', { maxLength: 15, pattern: dnsLabel }),
      containerPort: port('Port in the container.'),
      endPort: port(
        'Last port of a range that begins with containerPort; hostPort begins as many ports on this machine.',
      ),
      hostPort: integer('Port of this machine that leads to it. 0: any free one, told in status. Absent: none.', {
        format: 'int32',
        minimum: 0,
        maximum: 65535,
      }),
      hostIP: string('Address of this machine at which it is published; default is all.', {
        maxLength: 45,
        pattern: '^[0-9a-fA-F.:]+$',
        'x-kubernetes-validations': [{ rule: 'isIP(self)', message: 'it is no address' }],
      }),
      protocol,
    },
    {
      required: ['containerPort'],
      'x-kubernetes-validations': [
        {
          rule: '!has(self.endPort) || self.endPort >= self.containerPort',
          message: 'endPort is not before containerPort',
          fieldPath: '.endPort',
        },
        {
          rule: '!has(self.endPort) || !has(self.hostPort) || (self.hostPort > 0 && self.hostPort + self.endPort - self.containerPort <= 65535)',
          message: 'a range needs a first hostPort, from which it ends at 65535 at the latest',
          fieldPath: '.hostPort',
        },
        {
          rule: "!has(self.hostIP) || !(self.hostIP in ['::1', '0:0:0:0:0:0:0:1'])",
          message:
            'the kernel cannot lead [::1] to a container; publish at 127.0.0.1, or at another address of this machine',
          fieldPath: '.hostIP',
        },
        {
          rule: '!has(self.hostIP) || has(self.hostPort)',
          message: 'hostIP needs a hostPort (0: any free one)',
          fieldPath: '.hostIP',
        },
      ],
    },
  ),
  { maxItems: 256 },
);

export const publishNotReadyAddresses: StructuralSchema = boolean('Answer its name also while it is not ready.');

export const networkRules: readonly ValidationRule[] = [
  {
    rule: '!(has(self.hostNetwork) && self.hostNetwork) || (!has(self.networkMode) && !has(self.networks))',
    message: "hostNetwork is this machine's network: give no networkMode and no networks",
    fieldPath: '.hostNetwork',
  },
  {
    rule: '!has(self.networkMode) || !has(self.networks)',
    message: 'give networkMode or networks, and not both',
    fieldPath: '.networkMode',
  },
  {
    rule: '!has(self.networkMode) || !has(self.ports) || !self.ports.exists(p, has(p.hostPort))',
    message: 'a port cannot be published without a network of its own; publish it on the container whose network it is',
    fieldPath: '.ports',
  },
  {
    rule: '!(has(self.hostNetwork) && self.hostNetwork) || !has(self.ports) || self.ports.all(p, !has(p.hostPort) || p.hostPort == p.containerPort)',
    message: 'with hostNetwork hostPort is containerPort, or left out',
    fieldPath: '.ports',
  },
  {
    rule: '!has(self.ports) || self.ports.filter(p, has(p.name)).all(p, self.ports.exists_one(q, has(q.name) && q.name == p.name))',
    message: 'names of ports are given once',
    fieldPath: '.ports',
  },
];

export const addressStatus: Readonly<Record<string, StructuralSchema>> = {
  ip: string('Its first address.'),
  networks: atomicList(
    'Its interfaces.',
    object('One interface.', {
      name: string('Name of the Network.'),
      interface: string('Name of the interface in the container.'),
      ips: atomicList('Its addresses, IPv4 first.', { type: 'string' }),
      mac: string('Its hardware address.'),
    }),
  ),
  sandboxGeneration: integer(
    'Number of its sandbox; of the container as a whole: the one that ports and names lead to.',
    { format: 'int32', minimum: 0 },
  ),
};

export const publishedPorts: StructuralSchema = atomicList(
  'Ports of this machine that lead to it.',
  object('One port, or a range of them.', {
    name: string('Its name in the spec.'),
    hostIP: string('Address of this machine; absent: all.'),
    hostPort: integer('Port of this machine; the first of a range.', { format: 'int32' }),
    containerPort: integer('Port in the container; the first of a range.', { format: 'int32' }),
    endPort: integer('Last port of a range in the container.', { format: 'int32' }),
    protocol: string('TCP, UDP or SCTP.'),
  }),
);
