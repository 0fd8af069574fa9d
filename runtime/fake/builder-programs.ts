import { RuntimeError } from '../errors.ts';
import type { BuilderProgram, BuilderPrograms } from '../ports/builder-programs.ts';
import type { BuilderEndpoint } from '../ports/builders.ts';
import type { Gate } from './gate.ts';

type FoundSocket = BuilderEndpoint & { readonly type: 'unix' | 'docker' };

/** Builders that run in name only: a test says what is on the machine, and ends what runs. */
export class FakeBuilderPrograms implements BuilderPrograms {
  /** What is on PATH, best first. */
  programs: readonly BuilderProgram[] = [];
  /** What somebody else's answers at. */
  sockets: readonly FoundSocket[] = [];
  readonly #gate: Gate;
  readonly #running = new Map<string, BuilderProgram>();
  readonly #state = new Set<string>();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  async find(): ReturnType<BuilderPrograms['find']> {
    await this.#gate.pass('builderPrograms.find');
    return { programs: this.programs, sockets: this.sockets };
  }

  async ensure(name: string, program: BuilderProgram, signal?: AbortSignal): Promise<BuilderEndpoint> {
    await this.#gate.pass('builderPrograms.ensure', signal);
    if (!this.programs.includes(program)) {
      throw new RuntimeError('Unsupported', `${program} is not on PATH`, { reason: 'NoBuilder' });
    }
    if (this.#running.get(name) !== program) {
      this.#running.set(name, program);
      this.#state.add(name);
      this.#gate.changed();
    }
    return endpointOf(name, program);
  }

  async running(name: string): ReturnType<BuilderPrograms['running']> {
    await this.#gate.pass('builderPrograms.running');
    const program = this.#running.get(name);
    return program && { program, endpoint: endpointOf(name, program) };
  }

  async stop(name: string): Promise<void> {
    await this.#gate.pass('builderPrograms.stop');
    if (this.#running.delete(name)) this.#gate.changed();
  }

  async remove(name: string): Promise<void> {
    await this.#gate.pass('builderPrograms.remove');
    this.#running.delete(name);
    if (this.#state.delete(name)) this.#gate.changed();
  }

  async list(): Promise<readonly string[]> {
    await this.#gate.pass('builderPrograms.list');
    return [...this.#state];
  }

  /** It crashes, or somebody kills it. */
  kill(name: string): void {
    this.#running.delete(name);
  }
}

const endpointOf = (name: string, program: BuilderProgram): BuilderEndpoint => ({
  type: program === 'buildkitd' ? 'unix' : 'docker',
  path: `/fake/builders/${name}/${program}.sock`,
});
