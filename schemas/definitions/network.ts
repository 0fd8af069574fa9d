import type { KindDefinition } from '../kind-definition.ts';
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import {
  atomicList,
  boolean,
  conditions,
  integer,
  nodeName,
  nodeNameRule,
  object,
  observedGeneration,
  string,
} from './fragments.ts';

/** On a field that stays as it was made. */
const fixed: ValidationRule = {
  rule: 'self == oldSelf',
  message: 'only `internal` can change: make another Network and move the containers',
  reason: 'FieldValueForbidden',
};
const fixedPresence = (field: string): ValidationRule => ({
  rule: `has(self.${field}) == has(oldSelf.${field})`,
  message: fixed.message ?? '',
  fieldPath: `.${field}`,
  reason: 'FieldValueForbidden',
});

const subnetRules: readonly ValidationRule[] = [
  {
    rule: 'isCIDR(self.subnet)',
    message: 'a subnet is written as 10.20.0.0/24, or fd00:20::/64',
    fieldPath: '.subnet',
  },
  {
    rule: '!isCIDR(self.subnet) || cidr(self.subnet) == cidr(self.subnet).masked()',
    message: 'a subnet has no bits behind its prefix: 10.20.0.0/24, and not 10.20.0.1/24',
    fieldPath: '.subnet',
  },
  {
    rule: '!isCIDR(self.subnet) || (cidr(self.subnet).ip().family() == 4 ? cidr(self.subnet).prefixLength() >= 8 && cidr(self.subnet).prefixLength() <= 30 : cidr(self.subnet).prefixLength() >= 16 && cidr(self.subnet).prefixLength() <= 126)',
    message: 'a prefix is 8 to 30 bits long, for IPv6 16 to 126',
    fieldPath: '.subnet',
  },
  {
    rule: '!isCIDR(self.subnet) || cidr(self.subnet).ip().isGlobalUnicast()',
    message: 'a subnet is none of loopback, link-local and multicast addresses',
    fieldPath: '.subnet',
  },
  {
    rule: '!has(self.gateway) || !isCIDR(self.subnet) || (isIP(self.gateway) && cidr(self.subnet).containsIP(self.gateway) && ip(self.gateway) != cidr(self.subnet).masked().ip())',
    message: 'the gateway is an address of the subnet, and not its first',
    fieldPath: '.gateway',
  },
];

const driverRules: readonly ValidationRule[] = [
  {
    rule: "self.driver != 'cni' || has(self.config)",
    message: 'driver cni needs a config',
    fieldPath: '.config',
    reason: 'FieldValueRequired',
  },
  {
    rule: "self.driver == 'cni' || !has(self.config)",
    message: 'a config is for driver cni alone',
    fieldPath: '.config',
  },
  {
    rule: "self.driver != 'cni' || [has(self.subnets), has(self.mtu), self.ipv6].filter(x, x).size() == 0",
    message: 'the config says all about a network of driver cni: give no subnets, ipv6 and mtu',
    fieldPath: '.driver',
  },
  {
    rule: "!(self.driver in ['macvlan', 'ipvlan']) || (has(self.subnets) && self.subnets.size() > 0)",
    message: "give the subnets of the machine's own network that containers may have addresses of",
    fieldPath: '.subnets',
    reason: 'FieldValueRequired',
  },
  {
    rule: "self.driver == 'bridge' || !self.internal",
    message: 'only a network of driver bridge can be internal',
    fieldPath: '.internal',
  },
  {
    rule: "self.driver == 'bridge' || !self.ipv6",
    message: 'an IPv6 subnet is picked for driver bridge alone: give it in subnets',
    fieldPath: '.ipv6',
  },
  {
    rule: "!has(self.parent) || self.driver in ['macvlan', 'ipvlan']",
    message: 'a parent is for drivers macvlan and ipvlan',
    fieldPath: '.parent',
  },
  {
    rule: "!has(self.mode) || self.mode in (self.driver == 'macvlan' ? ['bridge', 'private', 'vepa', 'passthru'] : self.driver == 'ipvlan' ? ['l2', 'l3', 'l3s'] : [])",
    message: 'mode is bridge, private, vepa or passthru for driver macvlan, and l2, l3 or l3s for driver ipvlan',
    fieldPath: '.mode',
  },
];

const familyRules: readonly ValidationRule[] = [
  {
    rule: '!has(self.subnets) || self.subnets.size() < 2 || self.subnets.exists(s, !isCIDR(s.subnet)) || cidr(self.subnets[0].subnet).ip().family() != cidr(self.subnets[1].subnet).ip().family()',
    message: 'give one subnet of each family at most',
    fieldPath: '.subnets',
  },
  {
    rule: '!has(self.mtu) || self.mtu >= 1280 || !(self.ipv6 || (has(self.subnets) && self.subnets.exists(s, isCIDR(s.subnet) && cidr(s.subnet).ip().family() == 6)))',
    message: 'IPv6 needs an mtu of 1280 at least',
    fieldPath: '.mtu',
  },
];

const address = { maxLength: 45 } as const;

const subnets: StructuralSchema = atomicList(
  'Its ranges of addresses, one of each family at most. Default, for driver bridge: a free IPv4 range is picked.',
  object(
    'One range.',
    {
      subnet: string('The range: `10.20.0.0/24`.', { maxLength: 49 }),
      gateway: string(
        'The way out: the address of the bridge, or of the router of the parent’s network. Default: the first after the first.',
        address,
      ),
    },
    { required: ['subnet'], 'x-kubernetes-validations': subnetRules },
  ),
  { maxItems: 2, 'x-kubernetes-validations': [fixed] },
);

const spec: StructuralSchema = object(
  'What the network is. Without anything: a bridge with a range of addresses that is free.',
  {
    nodeName,
    driver: string(
      'bridge: a network of its own on this machine. macvlan, ipvlan: a share in an interface of the machine. cni: what `config` says.',
      { enum: ['bridge', 'macvlan', 'ipvlan', 'cni'], default: 'bridge', 'x-kubernetes-validations': [fixed] },
    ),
    subnets,
    ipv6: boolean('Pick an IPv6 range, too, where none is given.', {
      default: false,
      'x-kubernetes-validations': [fixed],
    }),
    internal: boolean('No way out of the network, and none in but from this machine.', { default: false }),
    mtu: integer("Bytes in a packet; default is the machine's.", {
      format: 'int32',
      minimum: 68,
      maximum: 65535,
      'x-kubernetes-validations': [fixed],
    }),
    parent: string("macvlan, ipvlan: the machine's interface; default is that of the default route.", {
      minLength: 1,
      maxLength: 15,
      pattern: '^[^/\\s]+$',
      'x-kubernetes-validations': [fixed],
    }),
    mode: string('macvlan: bridge (default), private, vepa, passthru. ipvlan: l2 (default), l3, l3s.', {
      maxLength: 16,
      'x-kubernetes-validations': [fixed],
    }),
    // No rule sees into what has no schema: the controller takes another one when no container is attached.
    config: object(
      'cni: a CNI configuration list, as it is. Another one is taken when no container is attached.',
      {},
      { 'x-kubernetes-preserve-unknown-fields': true },
    ),
  },
  {
    default: {},
    'x-kubernetes-validations': [
      nodeNameRule,
      ...['subnets', 'mtu', 'parent', 'mode', 'config'].map(fixedPresence),
      ...driverRules,
      ...familyRules,
    ],
  },
);

export const network: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Network',
  listKind: 'NetworkList',
  plural: 'networks',
  singular: 'network',
  shortNames: ['net'],
  categories: ['all', 'tsmoby'],
  scope: 'Namespaced',
  subresources: ['status'],
  builtin: false,
  finalizer: 'tsmoby.dev/network',
  placed: true,
  selectableFields: [],
  columns: [
    { name: 'Driver', type: 'string', jsonPath: '.spec.driver' },
    { name: 'Subnet', type: 'string', jsonPath: '.status.subnets[0].subnet' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'DNS', type: 'string', jsonPath: '.status.conditions[?(@.type=="DNSReady")].status' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'Interface', type: 'string', jsonPath: '.status.interface', priority: 1 },
  ],
  schema: {
    type: 'object',
    description: 'A network that containers of its namespace are attached to, with addresses that they keep.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec,
      status: object('What is there.', {
        observedGeneration,
        conditions,
        subnets: atomicList(
          'Its ranges of addresses, IPv4 first.',
          object('One range.', {
            subnet: string('The range.'),
            gateway: string('The way out.'),
          }),
        ),
        interface: string('Name of the bridge, or of the parent. The bridge is made when the first container comes.'),
      }),
    },
  },
};
