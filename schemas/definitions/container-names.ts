/** How a Container finds others by name, besides those of its networks. */
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import { atomicList, keyedList, object, string } from './fragments.ts';

const word = '^[^\\s#;]+$';
const hostnames = atomicList(
  'Its names.',
  { type: 'string', minLength: 1, maxLength: 253, pattern: word },
  { minItems: 1, maxItems: 64 },
);

/** A line of /etc/hosts. `ip`: of what its address is. */
export const hostAlias = (ip: StructuralSchema): StructuralSchema =>
  object('Names of one address.', { ip, hostnames }, { required: ['ip', 'hostnames'] });

export const hostAliases = keyedList(
  'Further lines of /etc/hosts. They change without a restart.',
  ['ip'],
  hostAlias(
    string('The address; `host-gateway` is that at which this machine answers the container.', {
      minLength: 1,
      maxLength: 45,
      'x-kubernetes-validations': [
        { rule: "self == 'host-gateway' || isIP(self)", message: 'it is no address, and not host-gateway' },
      ],
    }),
  ),
  { maxItems: 128 },
);

export const dnsPolicy = string(
  "Who answers names. ClusterFirst (default): its networks know those of Containers, and this machine's resolvers all others. Default: this machine's resolvers alone. None: those of `dnsConfig` alone. It changes without a restart.",
  { enum: ['ClusterFirst', 'Default', 'None'] },
);

export const dnsConfig = object('What is added to /etc/resolv.conf. It changes without a restart.', {
  nameservers: atomicList(
    'Addresses of resolvers, asked when those of `dnsPolicy` do not answer.',
    {
      type: 'string',
      maxLength: 45,
      'x-kubernetes-validations': [{ rule: 'isIP(self)', message: 'it is no address' }],
    },
    { maxItems: 3 },
  ),
  searches: atomicList(
    'What is appended to names that are not found.',
    { type: 'string', minLength: 1, maxLength: 253, pattern: word },
    { maxItems: 32 },
  ),
  options: atomicList(
    'Options of resolv.conf(5); one of the same name is replaced.',
    object('One option.', {
      name: string('Its name: ndots, timeout, …', { minLength: 1, maxLength: 64, pattern: '^[^\\s#;:]+$' }),
      value: string('What follows the colon.', { maxLength: 64, pattern: '^[^\\s#;]*$' }),
    }),
    { maxItems: 16 },
  ),
});

export const nameRules: readonly ValidationRule[] = [
  {
    rule: "!has(self.networkMode) || !self.networkMode.startsWith('container:') || (!has(self.hostAliases) && !has(self.dnsPolicy) && !has(self.dnsConfig))",
    message:
      'hosts and resolvers are those of the container whose network it is: give hostAliases, dnsPolicy and dnsConfig there',
    fieldPath: '.networkMode',
  },
  {
    rule: "!has(self.dnsPolicy) || self.dnsPolicy != 'None' || (has(self.dnsConfig) && has(self.dnsConfig.nameservers) && self.dnsConfig.nameservers.size() > 0)",
    message: 'dnsPolicy None needs dnsConfig.nameservers',
    fieldPath: '.dnsConfig',
  },
];
