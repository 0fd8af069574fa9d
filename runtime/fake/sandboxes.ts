import { RuntimeError } from '../errors.ts';
import type { Sandbox, Sandboxes, SandboxSpec } from '../ports/sandboxes.ts';
import type { FakeFiles } from './files.ts';
import type { Gate } from './gate.ts';

export class FakeSandboxes implements Sandboxes {
  /** Id -> the spec as text. */
  readonly #sandboxes = new Map<string, string>();
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
    checkName(spec.id);
    checkName(spec.hostname);
    const directory = `${this.#runDirectory}/sandboxes/${spec.id}`;
    const sandbox: Sandbox = {
      id: spec.id,
      mode: spec.mode,
      attachments: [],
      hostsPath: `${directory}/hosts`,
      hostnamePath: `${directory}/hostname`,
      resolvConfPath: `${directory}/resolv.conf`,
    };
    const content = JSON.stringify(spec);
    if (this.#sandboxes.get(spec.id) === content) return sandbox;
    await this.#files.write(sandbox.hostsPath, `127.0.0.1\tlocalhost\n127.0.0.1\t${spec.hostname}\n`);
    await this.#files.write(sandbox.hostnamePath, `${spec.hostname}\n`);
    await this.#files.write(sandbox.resolvConfPath, '');
    this.#sandboxes.set(spec.id, content);
    this.#gate.changed();
    return sandbox;
  }

  async remove(id: string): Promise<void> {
    await this.#gate.pass('sandboxes.remove');
    checkName(id);
    this.#sandboxes.delete(id);
    await this.#files.remove(`${this.#runDirectory}/sandboxes/${id}`);
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('sandboxes.list');
    return [...this.#sandboxes.keys()];
  }
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return;
  throw new RuntimeError('InvalidArgument', `${JSON.stringify(name)} cannot be a name of a sandbox`);
}
