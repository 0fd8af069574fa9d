import { RuntimeError } from '../../runtime/errors.ts';
import type { FakePorts } from './container-world.ts';

/** `before`: the call does nothing and rejects. `after`: it does its work, and its answer is lost. */
export type Loss = 'before' | 'after';

/** Ports one call of which fails, as by a connection that breaks just then. */
export class LossyPorts {
  readonly #losses = new Map<string, Loss>();

  /** The next call of `<port>.<method>` fails. */
  failNext(method: string, loss: Loss): void {
    this.#losses.set(method, loss);
  }

  /** No call fails any more. */
  clear(): void {
    this.#losses.clear();
  }

  /** Whether that call has not come yet. */
  isPending(method: string): boolean {
    return this.#losses.has(method);
  }

  wrap = ({
    containers,
    images,
    logs,
    networks,
    publications,
    sandboxes,
    volumes,
    ...others
  }: FakePorts): FakePorts => ({
    ...others,
    containers: this.#lossy('containers', containers),
    images: this.#lossy('images', images),
    logs: this.#lossy('logs', logs),
    networks: this.#lossy('networks', networks),
    publications: this.#lossy('publications', publications),
    sandboxes: this.#lossy('sandboxes', sandboxes),
    volumes: this.#lossy('volumes', volumes),
  });

  #lossy<Port extends object>(port: string, target: Port): Port {
    const losses = this.#losses;
    return new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method = `${port}.${String(name)}`;
        return async (...parameters: unknown[]) => {
          const loss = losses.get(method);
          losses.delete(method);
          if (loss === 'before') throw new RuntimeError('Cancelled', `${method} was not called`);
          const answer: unknown = await Reflect.apply(value, target, parameters);
          if (loss === 'after') throw new RuntimeError('Cancelled', `the answer of ${method} was lost`);
          return answer;
        };
      },
    });
  }
}
