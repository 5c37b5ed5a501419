// A signer that signs nothing, for work on the tests themselves: QOLHAT_NPM=… node tests/js/support/fake-ncalayer.mjs
// prints its address and stays. It takes digests of 32 octets only, as an RSA key does.

import { npmPackage, tinyCms } from './material.mjs';
import { MODULE_NOT_FOUND, greeting } from './sockets.mjs';

const { WebSocketServer } = npmPackage('ws');
const DIGEST_OCTETS = 32;

const isBase64 = (text) => typeof text === 'string' && Buffer.from(text, 'base64').toString('base64') === text;
const isDigest = (data) => Buffer.from(data, 'base64').length === DIGEST_OCTETS;
const refused = (data, digested) => !isBase64(data) || (digested && !isDigest(data));

/** Something like a CMS of the usual size, with the content in it when it is to be. */
function signatureOf(data, attach) {
  const octets = Buffer.from(tinyCms(attach ? 1_000 + Buffer.from(data, 'base64').length : 1_000), 'base64');
  if (attach) Buffer.from(data, 'base64').copy(octets, 500);
  return octets.toString('base64');
}

function basics({ data, signingParams }) {
  const all = [data].flat();
  if (all.some((one) => refused(one, signingParams.digested))) {
    return { status: false, code: 'INVALID_SIGNING_PARAMS', message: 'wrong data', details: 'digest length' };
  }
  return { status: true, body: { result: all.map((one) => signatureOf(one, signingParams.encapsulate)) } };
}

function commonUtils(method, args = []) {
  const [, , data, attach] = args;
  if (method === 'getActiveTokens') return { code: '200', responseObject: [] };
  if (method === 'changeLocale') return { code: '200' };
  if (refused(data, method.endsWith('Hash'))) return { code: '500' };
  return { code: '200', responseObject: signatureOf(data, attach) };
}

function answer(text) {
  if (text === '--heartbeat--') return text;
  const { module, method, args, uuid } = JSON.parse(text);
  if (module === 'kz.gov.pki.knca.basics') return JSON.stringify(basics(args));
  if (module === 'kz.gov.pki.knca.commonUtils') return JSON.stringify({ ...commonUtils(method, args), uuid });
  return JSON.stringify(MODULE_NOT_FOUND);
}

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT ?? 0) }, () => {
  console.log(`ws://127.0.0.1:${server.address().port}/`);
});
server.on('connection', (socket) => {
  socket.send(greeting('1.4'));
  socket.on('message', (data) => socket.send(answer(data.toString())));
});
