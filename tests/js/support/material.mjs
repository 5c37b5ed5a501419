// What the tests are fed: the recorded exchanges and real signatures where they are, a tiny CMS everywhere.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const shared = resolve(root, process.env.QOLHAT_SHARED ?? '../shared');

/** The path of a file of the shared folder, or null: then the tests that need it say so and are skipped. */
export function sharedFile(name) {
  const path = join(shared, 'nca', name);
  return existsSync(path) ? path : null;
}

/** `{}` for a test that can run, else the reason why it cannot, which is also said aloud. */
export function unlessMissing(reason) {
  if (reason === null) return {};
  console.error(`SKIPPED: ${reason}`);
  return { skip: reason };
}

export const missing = (name) => (sharedFile(name) === null
  ? `QOLHAT_SHARED does not name the folder that holds nca/${name}`
  : null);

/** The recorded exchanges of the real program, each with its texts (`raw`) and what they parse to (`parsed`). */
export function recordedExchanges() {
  const path = sharedFile('ncalayer/exchanges.json');
  return path === null ? [] : JSON.parse(readFileSync(path, 'utf8'));
}

/** A package installed at test time into the folder named by QOLHAT_NPM, or null. */
export function npmPackage(name) {
  const folder = process.env.QOLHAT_NPM;
  if (!folder) return null;
  const at = resolve(root, folder);
  if (!existsSync(join(at, name))) return null;
  return createRequire(pathToFileURL(join(at, 'from.cjs')))(join(at, name));
}

/** What to say when a test in need of these packages and of a running signer cannot run; null when it can. */
export function missingForRealRun(...packages) {
  const lacking = packages.filter((name) => npmPackage(name) === null);
  if (lacking.length > 0) return `QOLHAT_NPM does not name a folder that holds ${lacking.join(', ')}`;
  return process.env.QOLHAT_NCALAYER ? null : 'QOLHAT_NCALAYER does not name the address of a running signer';
}

/** DER that begins like a ContentInfo with SignedData, with `size` octets of nothing in it, in base64. */
export function tinyCms(size = 16) {
  const inner = Buffer.concat([Buffer.from('06092a864886f70d010702', 'hex'), Buffer.alloc(size)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(inner.length);
  return Buffer.concat([Buffer.from([0x30, 0x84]), length, inner]).toString('base64');
}

export function pem(base64, label = 'CMS') {
  return `-----BEGIN ${label}-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}
