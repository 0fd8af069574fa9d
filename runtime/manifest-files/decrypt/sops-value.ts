/** One encrypted value of a SOPS file: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`. */
import { createDecipheriv } from 'node:crypto';
import { goFloat } from './go-scalar.ts';

export interface OpenedValue {
  /** What the MAC counts. */
  readonly counted: string;
  /** As it is written in YAML and JSON. */
  readonly written: string;
}

const VALUE = /^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]+),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:([a-z]+)\]$/;
const TAG_BYTES = 16;

/** Undefined when it is no encrypted value. Throws when it does not open with this key and additional data, or its type is unknown. */
export function openValue(text: string, key: Uint8Array, additional: string): OpenedValue | undefined {
  const [, data, iv = '', tag = '', type = ''] = VALUE.exec(text) ?? [];
  if (data === undefined) return undefined;
  const tagBytes = Buffer.from(tag, 'base64');
  // a shorter tag is easier to forge
  if (tagBytes.length !== TAG_BYTES) throw new Error('its tag is cut short');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64'), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tagBytes).setAAD(Buffer.from(additional));
  const plain = Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8');
  return typed(plain, type);
}

function typed(plain: string, type: string): OpenedValue {
  switch (type) {
    case 'str':
    case 'bytes':
    case 'time':
    case 'comment':
      return { counted: plain, written: JSON.stringify(plain) };
    case 'int':
      if (!/^[-+]?\d+$/.test(plain)) break;
      return { counted: String(BigInt(plain.replace('+', ''))), written: plain.replace('+', '') };
    case 'float':
      if (plain === '' || !Number.isFinite(Number(plain))) break;
      return { counted: goFloat(Number(plain)), written: plain };
    case 'bool':
      if (!/^(?:true|false)$/i.test(plain)) break;
      return { counted: /^t/i.test(plain) ? 'True' : 'False', written: plain.toLowerCase() };
    default:
      throw new Error(`its type ${JSON.stringify(type)} is unknown`);
  }
  throw new Error(`it is no ${type}`);
}
