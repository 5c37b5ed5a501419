// The client that most sites of the country use (npm: ncalayer-js-client) against a running signer of ours: what works
// with NCALayer works with `qolhat ncalayer`.
//
//   QOLHAT_NPM       folder with the packages ncalayer-js-client and ws
//   QOLHAT_NCALAYER  address of the signer, ws:// or wss:// (then NODE_EXTRA_CA_CERTS names its CA)

import assert from 'node:assert/strict';
import test from 'node:test';

import { ncalayer as module } from './support/assets.mjs';
import { missingForRealRun, npmPackage, unlessMissing } from './support/material.mjs';

const can = unlessMissing(missingForRealRun('ncalayer-js-client', 'ws'));
const { NCALayerClient } = npmPackage('ncalayer-js-client') ?? {};
const CONTENT = Buffer.from(`қолхат, ${'a document to sign. '.repeat(20)}`);
const DATA = CONTENT.toString('base64');

/** What `act` makes of a client that is connected. */
async function connected(act) {
  // The client's way around NCALayer, over HTTP to another program, is not what is tried here.
  const client = new NCALayerClient(process.env.QOLHAT_NCALAYER, false);
  const version = await client.connect();
  try {
    return await act(client, version);
  } finally {
    client.wsConnection.close();
  }
}

/** The octets of a CMS that the client was given. */
function octetsOf(signature) {
  assert.equal(typeof signature, 'string');
  const cms = module.readCms(signature);
  assert.notEqual(cms, null, signature.slice(0, 100));
  return Buffer.from(cms, 'base64');
}

test('it connects and is told a version', can, async () => {
  assert.match(await connected((client, version) => version), /^\d+\.\d+/);
});

test('basicsSignCMS gives a detached signature', can, async () => {
  const octets = octetsOf(await connected((client) => client.basicsSignCMS(
    NCALayerClient.basicsStorageAll,
    DATA,
    NCALayerClient.basicsCMSParamsDetachedNoTSP,
    NCALayerClient.basicsSignerTestAny,
  )));
  assert.equal(octets.indexOf(CONTENT), -1);
});

test('basicsSignCMS gives a signature with the content in it', can, async () => {
  const octets = octetsOf(await connected((client) => client.basicsSignCMS(
    NCALayerClient.basicsStoragePKCS12,
    DATA,
    { decode: true, encapsulate: true, digested: false },
    NCALayerClient.basicsSignerTestAny,
    'kk',
  )));
  assert.notEqual(octets.indexOf(CONTENT), -1);
});

test('basicsSignCMS signs several documents at once', can, async () => {
  const signatures = await connected((client) => client.basicsSignCMS(
    NCALayerClient.basicsStorageAll,
    [DATA, DATA],
    NCALayerClient.basicsCMSParamsDetachedNoTSP,
    NCALayerClient.basicsSignerTestAny,
  ));
  assert.equal(signatures.length, 2);
  signatures.forEach(octetsOf);
});

test('the older module tells its stores and signs', can, async () => {
  await connected(async (client) => {
    const tokens = await client.getActiveTokens();
    assert.ok(Array.isArray(tokens));
    await client.changeLocale('ru');
    const detached = octetsOf(await client.createCAdESFromBase64(NCALayerClient.fileStorageType, DATA, 'ANY'));
    assert.equal(detached.indexOf(CONTENT), -1);
    const attached = octetsOf(await client.createCAdESFromBase64(NCALayerClient.fileStorageType, DATA, 'ANY', true));
    assert.notEqual(attached.indexOf(CONTENT), -1);
  });
});

test('what cannot be signed is refused in words', can, async () => {
  await connected(async (client) => {
    await assert.rejects(client.createCAdESFromBase64(NCALayerClient.fileStorageType, 'no base64 at all'), /500/);
    const { basicsStorageAll, basicsCMSParamsDetachedNoTSP, basicsSignerTestAny } = NCALayerClient;
    const refused = client.basicsSignCMS(basicsStorageAll, '?', basicsCMSParamsDetachedNoTSP, basicsSignerTestAny);
    await assert.rejects(refused, (error) => !error.canceledByUser);
  });
});
