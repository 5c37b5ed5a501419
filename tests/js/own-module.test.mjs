// Our own module against a running signer, over real sockets.
//
//   QOLHAT_NPM       folder with the package ws (node of before 22 has no WebSocket of its own)
//   QOLHAT_NCALAYER  address of the signer, ws:// or wss:// (then NODE_EXTRA_CA_CERTS names its CA)

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';

import { ncalayer as module } from './support/assets.mjs';
import { missingForRealRun, npmPackage, unlessMissing } from './support/material.mjs';

const { connect, sign, signWithBasics, signWithCommonUtils } = module;
const can = unlessMissing(missingForRealRun('ws'));
const WebSocket = npmPackage('ws')?.WebSocket;
const address = process.env.QOLHAT_NCALAYER;
const NOBODY = 'ws://127.0.0.1:1/';

const CONTENT = Buffer.from(`қолхат, ${'a document to sign. '.repeat(20)}`);
const JOB = { locale: 'kk', purpose: 'any', anyChain: true, data: CONTENT.toString('base64') };
const DIGESTS = [Buffer.alloc(64, 7), createHash('sha256').update(CONTENT).digest()];
const BY_DIGEST = { ...JOB, data: undefined, digests: DIGESTS.map((octets) => octets.toString('base64')) };

/** `outcome` is a signature that does not bring the content with it. */
function assertDetached(outcome) {
  assert.equal(outcome.kind, 'signed', JSON.stringify(outcome));
  const octets = Buffer.from(outcome.cms, 'base64');
  assert.ok(octets.length > 500, 'certificate and signature take more');
  assert.equal(octets.indexOf(CONTENT), -1);
}

test('the module of today signs', can, async () => {
  assertDetached(await sign(JOB, { addresses: [address], WebSocket }));
});

test('the older module signs', can, async () => {
  const { connection } = await connect({ addresses: [address], WebSocket });
  assertDetached(await signWithCommonUtils(connection, JOB));
  connection.close();
});

for (const [name, how] of Object.entries({ 'today': signWithBasics, 'before': signWithCommonUtils })) {
  test(`the module of ${name} signs a digest, whichever kind the key takes`, can, async () => {
    const { connection } = await connect({ addresses: [address], WebSocket });
    assertDetached(await how(connection, BY_DIGEST));
    connection.close();
  });
}

test('one conversation carries several signatures', can, async () => {
  const { connection } = await connect({ addresses: [address], WebSocket });
  for (const how of [signWithBasics, signWithCommonUtils, signWithBasics]) assertDetached(await how(connection, JOB));
  connection.close();
});

test('signs of life are no trouble', can, async () => {
  const options = { addresses: [address], WebSocket, heartbeatMs: 1 };
  const { connection } = await connect(options);
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  assertDetached(await signWithBasics(connection, JOB));
  connection.close();
});

test('what nobody signs is an error in words', can, async () => {
  const outcome = await sign({ ...JOB, data: 'no base64 at all' }, { addresses: [address], WebSocket });
  assert.equal(outcome.kind, 'error', JSON.stringify(outcome));
  assert.ok(outcome.message.length > 0);
});

test('where nobody listens is absent, and the next address is tried', can, async () => {
  assert.deepEqual(await sign(JOB, { addresses: [NOBODY], WebSocket }), { kind: 'absent' });
  assertDetached(await sign(JOB, { addresses: [NOBODY, address], WebSocket }));
});
