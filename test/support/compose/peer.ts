/** A Compose project brought up by docker compose, or by tsmoby out of what convert makes of it: looked at in the same way. */
import type { Asked } from './project.ts';

export interface Peer extends AsyncDisposable {
  readonly name: string;
  /** Resolves when all that stays runs and is healthy, and all that ends has ended. */
  up(project: Asked): Promise<void>;
  down(project: Asked): Promise<void>;
  /** What a shell in a running container of the service writes. */
  inside(project: Asked, service: string, script: string): Promise<string>;
  /** Of one that has ended. */
  ended(project: Asked, service: string): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** What is answered at a published port of the machine. */
  fetch(url: string): Promise<string>;
}
