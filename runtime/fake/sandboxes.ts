import { RuntimeError } from '../errors.ts';
import type { Attachment, AttachmentSpec, Sandbox, Sandboxes, SandboxSpec } from '../ports/sandboxes.ts';
import { chooseAddresses, macOf } from './addresses.ts';
import type { FakeFiles } from './files.ts';
import type { Gate } from './gate.ts';
import type { FakeNetworks } from './networks.ts';

export class FakeSandboxes implements Sandboxes {
  readonly #sandboxes = new Map<string, { readonly text: string; readonly sandbox: Sandbox }>();
  readonly #gate: Gate;
  readonly #files: FakeFiles;
  readonly #networks: FakeNetworks;
  readonly #runDirectory: string;

  constructor(gate: Gate, files: FakeFiles, networks: FakeNetworks, runDirectory: string) {
    this.#gate = gate;
    this.#files = files;
    this.#networks = networks;
    this.#runDirectory = runDirectory;
  }

  async ensure(spec: SandboxSpec): Promise<Sandbox> {
    await this.#gate.pass('sandboxes.ensure');
    checkName(spec.id);
    checkName(spec.hostname);
    const known = this.#sandboxes.get(spec.id);
    const sandbox = spec.mode === 'shared' ? this.#shared(spec) : this.#own(spec, known?.sandbox.attachments ?? []);
    const text = JSON.stringify([spec.hostname, spec.hosts, spec.resolver, sandbox]);
    if (known?.text === text && !this.#networks.lost.has(spec.id)) return known.sandbox;
    this.#sandboxes.set(spec.id, { text, sandbox });
    this.#networks.attached.set(spec.id, sandbox.attachments);
    this.#networks.lost.delete(spec.id);
    if (spec.mode !== 'shared') await this.#writeFiles(sandbox, spec);
    this.#gate.changed();
    return sandbox;
  }

  async remove(id: string): Promise<void> {
    await this.#gate.pass('sandboxes.remove');
    checkName(id);
    this.#sandboxes.delete(id);
    this.#networks.attached.delete(id);
    this.#networks.lost.delete(id);
    await this.#files.remove(this.#directory(id));
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('sandboxes.list');
    return [...this.#sandboxes.keys()];
  }

  /** What is there, for FakePublications. */
  find(id: string): Sandbox | undefined {
    return this.#sandboxes.get(id)?.sandbox;
  }

  #directory(id: string): string {
    return `${this.#runDirectory}/sandboxes/${id}`;
  }

  #own(spec: SandboxSpec, had: readonly Attachment[]): Sandbox {
    const directory = this.#directory(spec.id);
    return {
      id: spec.id,
      mode: spec.mode,
      ...(spec.mode === 'cni' ? { netnsPath: `${directory}/netns` } : {}),
      attachments: spec.mode === 'cni' ? this.#attach(spec.id, spec.attachments ?? [], had) : [],
      hostsPath: `${directory}/hosts`,
      hostnamePath: `${directory}/hostname`,
      resolvConfPath: `${directory}/resolv.conf`,
    };
  }

  #shared({ id, of = '' }: SandboxSpec): Sandbox {
    const other = this.#sandboxes.get(of)?.sandbox;
    if (other?.mode === 'cni') return { ...other, id, mode: 'shared', attachments: [] };
    throw new RuntimeError('NotFound', `there is no sandbox ${of} to share`);
  }

  /** Not one await: two at once never get the same address. */
  #attach(id: string, wanted: readonly AttachmentSpec[], had: readonly Attachment[]): readonly Attachment[] {
    const kept = had.filter(({ network }) => wanted.some((spec) => spec.network === network));
    const interfaces = new Set(kept.map((attachment) => attachment.interface));
    const freeInterface = (): string => {
      let index = 0;
      while (interfaces.has(`eth${index}`)) index += 1;
      interfaces.add(`eth${index}`);
      return `eth${index}`;
    };
    return wanted.map((spec) => {
      const network = this.#networks.specs.get(spec.network);
      if (network === undefined) throw new RuntimeError('NotFound', `there is no network ${spec.network}`);
      const before = kept.find((attachment) => attachment.network === spec.network);
      return {
        network: spec.network,
        interface: before?.interface ?? freeInterface(),
        addresses: chooseAddresses(network, spec, before?.addresses ?? [], this.#taken(id, spec.network)),
        mac: macOf(id, spec.network),
      };
    });
  }

  /** Address -> the sandbox that has it. */
  #taken(id: string, network: string): ReadonlyMap<string, string> {
    const others = [...this.#networks.attached].filter(([sandbox]) => sandbox !== id);
    return new Map(
      others.flatMap(([sandbox, all]) =>
        all
          .filter((one) => one.network === network)
          .flatMap(({ addresses }) => addresses.map((address) => [address, sandbox] as const)),
      ),
    );
  }

  async #writeFiles(
    { attachments, netnsPath, ...sandbox }: Sandbox,
    { hostname, hosts = [], resolver = {} }: SandboxSpec,
  ): Promise<void> {
    const own = attachments[0]?.addresses ?? ['127.0.0.1'];
    const lines = ['127.0.0.1\tlocalhost', ...own.map((address) => `${address}\t${hostname}`)];
    const gateways = this.#networks.specs.get(attachments[0]?.network ?? '')?.subnets.map(({ gateway }) => gateway);
    lines.push(...hosts.map(({ ip, hostnames }) => `${ip}\t${hostnames.join(' ')}`));
    const { from = 'network', nameServers = [], searches = [], options = [] } = resolver;
    const servers = [...(from === 'network' ? (gateways ?? []) : []), ...nameServers];
    const resolvConf = [
      ...servers.map((at) => `nameserver ${at}\n`),
      ...searches.map((domain) => `search ${domain}\n`),
      ...options.map((option) => `options ${option}\n`),
    ];
    await this.#files.write(sandbox.hostsPath, `${lines.join('\n')}\n`);
    await this.#files.write(sandbox.hostnamePath, `${hostname}\n`);
    await this.#files.write(sandbox.resolvConfPath, resolvConf.join(''));
    if (netnsPath !== undefined) await this.#files.write(netnsPath, '');
  }
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return;
  throw new RuntimeError('InvalidArgument', `${JSON.stringify(name)} cannot be a name of a sandbox`);
}
