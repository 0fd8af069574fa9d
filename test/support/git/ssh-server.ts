import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { SYSTEM_PATH } from '../buildkit/runc.ts';
import { freePort } from '../free-port.ts';
import { refuseWhenInterrupted } from '../interruption.ts';

/** Debian's sshd on the loopback address, for one key of a test. */
export interface SshServer extends AsyncDisposable {
  /** ssh://user@127.0.0.1:port, without a slash at the end; paths behind it are absolute ones of this machine. */
  readonly url: string;
  readonly port: number;
  /** OpenSSH's format, without a passphrase. */
  readonly privateKey: string;
  readonly privateKeyPath: string;
  /** One line of a known_hosts file. */
  readonly knownHosts: string;
}

const PATIENCE_MS = 60_000;

/** `folder`: of the test; it gets a folder `ssh`. Rejects when sshd does not come up. */
export async function startSshServer(folder: string): Promise<SshServer> {
  const directory = join(folder, 'ssh');
  await mkdir(directory, { mode: 0o700 });
  const [hostKey, userKey] = [join(directory, 'host'), join(directory, 'user')];
  for (const path of [hostKey, userKey]) {
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
  }
  const port = await freePort();
  const config = join(directory, 'sshd_config');
  await writeFile(config, configuration(hostKey, `${userKey}.pub`, port));
  refuseWhenInterrupted();
  const log = await open(join(directory, 'log'), 'a');
  // sshd wants a directory in /run that is not there when no service made it: it gets a /run of its own.
  const inside = 'mount -t tmpfs run /run && mkdir /run/sshd && exec "$0" "$@"';
  const words = ['--mount', 'sh', '-c', inside, '/usr/sbin/sshd', '-D', '-e', '-f', config];
  const env = { ...process.env, PATH: SYSTEM_PATH };
  const child = spawn('unshare', words, { env, stdio: ['ignore', log.fd, log.fd] });
  await log.close();
  const ended = once(child, 'exit').then(() => true);
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  for (const deadline = performance.now() + PATIENCE_MS; !(await listens(port));) {
    if (!(await Promise.race([ended, sleep(20, false)])) && performance.now() < deadline) continue;
    await dispose();
    throw new Error(`sshd did not start:\n${await readFile(join(directory, 'log'), 'utf8')}`);
  }
  const [type = '', key = ''] = (await readFile(`${hostKey}.pub`, 'utf8')).split(' ');
  return {
    url: `ssh://root@127.0.0.1:${String(port)}`,
    port,
    privateKey: await readFile(userKey, 'utf8'),
    privateKeyPath: userKey,
    knownHosts: `[127.0.0.1]:${String(port)} ${type} ${key}\n`,
    [Symbol.asyncDispose]: dispose,
  };
}

function configuration(hostKey: string, authorizedKeys: string, port: number): string {
  return [
    'ListenAddress 127.0.0.1',
    `Port ${String(port)}`,
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorizedKeys}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    '',
  ].join('\n');
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
