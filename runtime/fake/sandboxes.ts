import type { Sandbox, Sandboxes, SandboxSpec } from '../ports/sandboxes.ts';
import type { FakeFiles } from './files.ts';
import type { Gate } from './gate.ts';

export class FakeSandboxes implements Sandboxes {
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #gate: Gate;
  readonly #files: FakeFiles;
  readonly #runDirectory: string;

  constructor(gate: Gate, files: FakeFiles, runDirectory: string) {
    this.#gate = gate;
    this.#files = files;
    this.#runDirectory = runDirectory;
  }

  async ensure(spec: SandboxSpec): Promise<Sandbox> {
    await this.#gate.pass('sandboxes.ensure');
    const directory = `${this.#runDirectory}/sandboxes/${spec.id}`;
    const sandbox: Sandbox = {
      id: spec.id,
      mode: spec.mode,
      hostsPath: `${directory}/hosts`,
      hostnamePath: `${directory}/hostname`,
      resolvConfPath: `${directory}/resolv.conf`,
    };
    if (this.#sandboxes.has(spec.id)) return sandbox;
    await this.#files.write(sandbox.hostsPath, `127.0.0.1\tlocalhost\n127.0.0.1\t${spec.hostname}\n`);
    await this.#files.write(sandbox.hostnamePath, `${spec.hostname}\n`);
    await this.#files.write(sandbox.resolvConfPath, '');
    this.#sandboxes.set(spec.id, sandbox);
    this.#gate.changed();
    return sandbox;
  }

  async remove(id: string): Promise<void> {
    await this.#gate.pass('sandboxes.remove');
    this.#sandboxes.delete(id);
    await this.#files.remove(`${this.#runDirectory}/sandboxes/${id}`);
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('sandboxes.list');
    return [...this.#sandboxes.keys()];
  }
}
