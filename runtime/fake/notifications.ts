import { RuntimeError } from '../errors.ts';
import type { CommitStatus, Notifications, PostedMessage } from '../ports/notifications.ts';

/** Servers that hear all of it, or fail as a test says. */
export class FakeNotifications implements Notifications {
  readonly posted: PostedMessage[] = [];
  readonly statuses: CommitStatus[] = [];
  readonly #answers = new Map<string, number>();
  #hangs: (() => void)[] | undefined;

  /** From now on this host answers so; 200 again: as ever. */
  answer(host: string, status: number): void {
    this.#answers.set(host, status);
  }

  /** Nobody answers until `answerAll`. */
  hang(): void {
    this.#hangs ??= [];
  }

  answerAll(): void {
    for (const go of this.#hangs ?? []) go();
    this.#hangs = undefined;
  }

  async post(message: PostedMessage, signal?: AbortSignal): Promise<void> {
    await this.#pass(message.url, signal);
    this.posted.push(message);
  }

  async setCommitStatus(status: CommitStatus, signal?: AbortSignal): Promise<void> {
    await this.#pass(status.address, signal);
    this.statuses.push(status);
  }

  async #pass(url: string, signal?: AbortSignal): Promise<void> {
    const host = URL.parse(url)?.host;
    if (host === undefined) throw new RuntimeError('InvalidArgument', 'the address is no URL');
    if (signal?.aborted === true) throw new RuntimeError('Cancelled', `${host}: told to stop`);
    if (this.#hangs !== undefined) await new Promise<void>((resolve) => this.#hangs?.push(resolve));
    const status = this.#answers.get(host) ?? 200;
    if (status < 300) return;
    const code = status === 401 ? 'Unauthorized' : status >= 500 ? 'Unavailable' : 'InvalidArgument';
    throw new RuntimeError(code, `${host} answered ${status}`);
  }
}
