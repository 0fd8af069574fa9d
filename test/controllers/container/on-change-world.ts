/** What tests of changed ConfigMaps and Secrets share: Containers that use one, and what their processes are told. */
import type { FakeRuntime } from '../../../runtime/fake/create.ts';
import type { FakeProgram } from '../../../runtime/fake/programs.ts';
import type { Container, ContainerSpec, ContainerVolumeMount } from '../../../schemas/gen/types.ts';
import {
  CONFIG_MAP,
  type ContainerWorld,
  type ContainerWorldOptions,
  type FakePorts,
} from '../../support/container-world.ts';

export const SIGHUP = 1;
export const SIGTERM = 15;

type OnChange = NonNullable<ContainerVolumeMount['onChange']>;

export const mounting = (onChange?: OnChange, more: Partial<ContainerVolumeMount> = {}): Partial<ContainerSpec> => ({
  volumes: [{ name: 'site', configMap: { name: 'site' } }],
  volumeMounts: [{ name: 'site', mountPath: '/site', ...more, ...(onChange && { onChange }) }],
});

export const variable = (action?: 'None' | 'Restart' | 'Recreate'): Partial<ContainerSpec> => ({
  env: [{ name: 'PAGE', valueFrom: { configMapKeyRef: { name: 'site', key: 'page' } } }],
  ...(action && { envOnChange: { action } }),
});

/** A world that writes down what processes are told: `kill <signal> <what /site/page held>`, `exec <command>`. */
export class Told {
  readonly lines: string[] = [];
  #failExec = false;
  #directory = '';

  get options(): ContainerWorldOptions {
    return {
      program: (args) => this.#program(args),
      ports: (runtime) => {
        this.#directory = `${runtime.facts.runDirectory}/projections`;
        return { ...runtime, containers: this.#recording(runtime) };
      },
    };
  }

  execFails(): void {
    this.#failExec = true;
  }

  #program(args: readonly string[]): FakeProgram | undefined {
    if (args[0] === 'reload') {
      this.lines.push(`exec ${args.join(' ')}`);
      const words = { type: 'print', stream: 'stderr', text: 'syntax error in line 3\n' } as const;
      return this.#failExec ? { steps: [words], exitCode: 2 } : { steps: [] };
    }
    return args[0] === 'serve' ? { steps: [{ type: 'wait' }], ignores: [SIGHUP] } : undefined;
  }

  #recording({ containers, files }: FakeRuntime): FakePorts['containers'] {
    return new Proxy(containers, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...parameters: unknown[]) => {
          if (name === 'kill') {
            const [id, signal] = parameters as [string, number];
            const bytes = await files.read(`${this.#directory}/${id.slice(0, 36)}.site/page`);
            this.lines.push(`kill ${signal} ${bytes === undefined ? '' : Buffer.from(bytes).toString()}`.trim());
          }
          return Reflect.apply(value, target, parameters) as unknown;
        };
      },
    });
  }
}

export async function site(world: ContainerWorld, page: string): Promise<void> {
  await world.user.apply({ ...CONFIG_MAP, metadata: { name: 'site', namespace: 'default' }, data: { page } } as never, {
    fieldManager: 'test',
    force: true,
  });
}

export const SERVE: Partial<ContainerSpec> = { command: ['serve'] };

export const hashes = ({ status }: Container): readonly string[] =>
  (status?.configuration ?? []).map(({ source, hash }) => `${source} ${hash}`);
